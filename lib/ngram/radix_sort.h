#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "ngram/keys.h"

namespace dlt::ngram {

// Moves keys from `from` to `to` by the `width` bits from bit `at`, equal ones in their order.
// false: all have the same bits there, nothing was moved.
template <int Limbs>
bool distribute(const Key<Limbs>* from, Key<Limbs>* to, std::size_t n, int at, int width) {
  std::array<std::uint32_t, 1 << 11> places;
  std::fill_n(places.begin(), std::size_t{1} << width, 0u);
  for (std::size_t i = 0; i < n; ++i) ++places[KeyLayout::field(from[i], at, width)];
  if (places[KeyLayout::field(from[0], at, width)] == n) return false;
  std::uint32_t sum = 0;
  for (std::size_t d = 0; d < std::size_t{1} << width; ++d) sum += std::exchange(places[d], sum);
  for (std::size_t i = 0; i < n; ++i) to[places[KeyLayout::field(from[i], at, width)]++] = from[i];
  return true;
}

// Sorts n < 2^32 keys, by radix from the lowest digit up, and returns where they are then: `keys`
// or `other`, which has room for as many.
template <int Limbs>
Key<Limbs>* radix_sort(Key<Limbs>* keys, Key<Limbs>* other, std::size_t n) {
  constexpr std::size_t few = 200;
  if (n <= few) {
    std::sort(keys, keys + n);
    return keys;
  }
  Key<Limbs> differ;
  for (std::size_t i = 1; i < n; ++i) {
    for (int l = 0; l < Limbs; ++l) differ.limbs[l] |= keys[i].limbs[l] ^ keys[0].limbs[l];
  }
  int low = 0, high = 64 * Limbs;
  while (high > 0 && KeyLayout::field(differ, high - 1, 1) == 0) --high;
  while (low < high && KeyLayout::field(differ, low, 1) == 0) ++low;
  const int widest = n < 4096 ? 8 : 11;
  const int passes = (high - low + widest - 1) / widest;
  for (int p = 0; p < passes; ++p) {
    const int at = low + (high - low) * p / passes, end = low + (high - low) * (p + 1) / passes;
    if (distribute(keys, other, n, at, end - at)) std::swap(keys, other);
  }
  return keys;
}

}  // namespace dlt::ngram
