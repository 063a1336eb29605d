#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "ngram/word.h"

// The words before and at a place of a text as one long number, so that n-grams are sorted as
// numbers are: word ids plus 1, the newest in the highest bits, 0 behind <s>.
namespace dlt::ngram {

template <int Limbs>
struct Key {
  std::array<std::uint64_t, Limbs> limbs{};  // the lowest first
  bool operator==(const Key&) const = default;
};

template <int Limbs>
bool operator<(const Key<Limbs>& a, const Key<Limbs>& b) {
  for (int i = Limbs - 1; i > 0; --i) {
    if (a.limbs[i] != b.limbs[i]) return a.limbs[i] < b.limbs[i];
  }
  return a.limbs[0] < b.limbs[0];
}

// Where the words lie in a key.
struct KeyLayout {
  int order;
  int bits;  // of a word
  KeyLayout(int n, WordId words) : order(n), bits(static_cast<int>(std::bit_width(words))) {}
  int total() const { return order * bits; }
  int limbs() const { return (total() + 63) / 64; }

  // The `count` <= 57 bits from bit `at`.
  template <int Limbs>
  static std::uint64_t field(const Key<Limbs>& key, int at, int count) {
    const int limb = at / 64, shift = at % 64;
    std::uint64_t value = key.limbs[limb] >> shift;
    if constexpr (Limbs > 1) {
      if (shift + count > 64) value |= key.limbs[limb + 1] << (64 - shift);
    }
    return value & ((std::uint64_t{1} << count) - 1);
  }

  // Word `j` as the key has it, the newest is 0.
  template <int Limbs>
  WordId word(const Key<Limbs>& key, int j) const {
    return static_cast<WordId>(field(key, (order - 1 - j) * bits, bits));
  }

  // Puts a word in front: all others move one down, the oldest goes.
  template <int Limbs>
  void push(Key<Limbs>& key, WordId word) const {
    for (int i = 0; i + 1 < Limbs; ++i) {
      key.limbs[i] = key.limbs[i] >> bits | key.limbs[i + 1] << (64 - bits);
    }
    key.limbs[Limbs - 1] >>= bits;
    const int at = (order - 1) * bits, limb = at / 64, shift = at % 64;
    const std::uint64_t value = std::uint64_t{word} + 1;
    key.limbs[limb] |= value << shift;
    if constexpr (Limbs > 1) {
      if (shift + bits > 64) key.limbs[limb + 1] |= value >> (64 - shift);
    }
  }

  // How many words two different keys share, from the newest on.
  template <int Limbs>
  int shared(const Key<Limbs>& a, const Key<Limbs>& b) const {
    int i = Limbs - 1;
    while (a.limbs[i] == b.limbs[i]) --i;
    const int highest = 64 * i + 63 - std::countl_zero(a.limbs[i] ^ b.limbs[i]);
    return order - 1 - highest / bits;
  }
};

}  // namespace dlt::ngram
