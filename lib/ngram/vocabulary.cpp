#include "ngram/vocabulary.h"

#include <bit>

#include "base/error.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "ngram/word_bytes.h"

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
  std::uint64_t h = odd ^ left;
  for (; left >= 8; at += 8, left -= 8) {
    h = (h ^ load<std::uint64_t>(at)) * odd;
    h ^= h >> 32;
  }
  return mix(h ^ load_tail(at, left));
}

void Vocabulary::prefetch(std::uint64_t hash) const {
  __builtin_prefetch(arrays_.slots.data() + (hash & (arrays_.slots.size() - 1)));
}

WordId Vocabulary::id(std::string_view word, std::uint64_t hash) const {
  const std::size_t mask = arrays_.slots.size() - 1;
  for (std::size_t step = 0; step <= mask; ++step) {  // a damaged table may have no end
    const std::uint64_t slot = arrays_.slots[(hash + step) & mask];
    if (slot == 0) return unknown;
    const auto id = static_cast<WordId>(slot) - 1;
    if (((slot ^ hash) >> 32) != 0 || id >= size()) continue;
    const std::string_view other = this->word(id);
    if (other.size() == word.size() && same_bytes(other.data(), word.data(), word.size()))
      return id;
  }
  return unknown;
}

}  // namespace dlt::ngram
