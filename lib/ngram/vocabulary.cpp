#include "ngram/vocabulary.h"

#include <bit>
#include <cstring>

#include "base/error.h"
#include "base/rng.h"
#include "base/utf8.h"

namespace dlt::ngram {
namespace {

// The arrays of a vocabulary that was not opened from a file.
struct Owned {
  std::string text;
  std::vector<std::uint64_t> begins, slots;
};

std::size_t slot_count(std::size_t words) { return std::bit_ceil(2 * words); }

std::uint64_t slot_of(std::uint64_t hash, WordId id) {
  return (hash & 0xFFFFFFFF00000000) | (std::uint64_t{id} + 1);
}

// The fewer than eight bytes from `at`, the first one lowest. Reads that overlap take the place of
// a copy of unknown length.
std::uint64_t tail(const char* at, std::size_t size) {
  const auto byte = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  };
  if (size >= 4) {
    std::uint32_t low = 0, high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + size - 4, 4);
    return low | std::uint64_t{high} << (8 * (size - 4));
  }
  return size == 0 ? 0 : byte(0) | byte(size / 2) | byte(size - 1);
}

}  // namespace

Vocabulary::Vocabulary()
    : Vocabulary(std::vector<std::string_view>{unknown_word, begin_word, end_word}) {}

Vocabulary::Vocabulary(const std::vector<std::string>& words)
    : Vocabulary(std::vector<std::string_view>(words.begin(), words.end())) {}

Vocabulary::Vocabulary(const std::vector<std::string_view>& words) {
  auto owned = std::make_shared<Owned>();
  std::size_t bytes = 0;
  for (std::string_view word : words) bytes += word.size();
  owned->text.reserve(bytes);
  owned->begins.reserve(words.size() + 1);
  owned->begins.push_back(0);
  owned->slots.assign(slot_count(words.size()), 0);
  const auto adopt = [&] { arrays_ = {owned->text, owned->begins, owned->slots}; };
  for (std::string_view word : words) {
    owned->text += word;
    owned->begins.push_back(owned->text.size());
  }
  adopt();
  const std::size_t mask = owned->slots.size() - 1;
  for (WordId i = 0; i < words.size(); ++i) {
    const std::uint64_t h = hash(words[i]);
    std::size_t at = h & mask;
    for (; owned->slots[at] != 0; at = (at + 1) & mask) {
      const auto other = static_cast<WordId>(owned->slots[at]) - 1;
      require(this->word(other) != words[i], Exit::data, "the word '{}' is there twice",
              printable(words[i]));
    }
    owned->slots[at] = slot_of(h, i);
  }
  owner_ = std::move(owned);
}

Vocabulary::Vocabulary(const Arrays& arrays, std::shared_ptr<const void> owner)
    : arrays_(arrays), owner_(std::move(owner)) {}

// Eight bytes at a time, each step one multiplication; the length is mixed in first so that zero
// bytes at the end count.
std::uint64_t Vocabulary::hash(std::string_view word) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
  const char* at = word.data();
  std::size_t left = word.size();
  std::uint64_t h = odd ^ left, chunk = 0;
  for (; left >= 8; at += 8, left -= 8) {
    std::memcpy(&chunk, at, 8);
    h = (h ^ chunk) * odd;
    h ^= h >> 32;
  }
  return mix(h ^ tail(at, left));
}

void Vocabulary::prefetch(std::uint64_t hash) const {
  __builtin_prefetch(arrays_.slots.data() + (hash & (arrays_.slots.size() - 1)));
}

WordId Vocabulary::id(std::string_view word, std::uint64_t hash) const {
  const std::size_t mask = arrays_.slots.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const std::uint64_t slot = arrays_.slots[at];
    if (slot == 0) return unknown;
    const auto id = static_cast<WordId>(slot) - 1;
    if (((slot ^ hash) >> 32) == 0 && this->word(id) == word) return id;
  }
}

}  // namespace dlt::ngram
