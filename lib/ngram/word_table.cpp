#include "ngram/word_table.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "ngram/word_bytes.h"

namespace dlt::ngram {
namespace {

constexpr std::size_t block_bytes = 1 << 18;
constexpr std::uint64_t high = 0xFFFFFFFF00000000;

}  // namespace

void WordTable::add(std::string_view word, std::uint64_t hash, std::uint64_t count) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    if (((slots_[at] ^ hash) & high) != 0) continue;
    Word& known = words_[static_cast<std::uint32_t>(slots_[at]) - 1];
    if (known.size == word.size() && same_bytes(known.text, word.data(), word.size())) {
      known.count += count;
      return;
    }
  }
  require(words_.size() < 0xFFFFFFF0, "more than 4,294,967,279 different words");
  words_.push_back({keep(word), word.size(), hash, count});
  slots_[at] = (hash & high) | words_.size();
  if (2 * words_.size() > slots_.size()) grow();
}

const char* WordTable::keep(std::string_view word) {
  if (word.size() > left_) {
    left_ = std::max(block_bytes, word.size());
    blocks_.push_back(std::make_unique<char[]>(left_));
    free_ = blocks_.back().get();
  }
  const char* kept = free_;
  std::memcpy(free_, word.data(), word.size());
  free_ += word.size();
  left_ -= word.size();
  return kept;
}

void WordTable::grow() {
  slots_.assign(2 * slots_.size(), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::size_t at = words_[i].hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = (words_[i].hash & high) | (i + 1);
  }
}

}  // namespace dlt::ngram
