#include "embed/subwords.h"

#include <algorithm>

namespace dlt::embed {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

template <class Take>
void each_subword(std::string_view word, std::int64_t min, std::int64_t max, const Take& take) {
  const std::string marked = "<" + std::string(word) + ">";
  const std::size_t size = marked.size();
  for (std::size_t begin = 0; begin < size; ++begin) {
    if (!begins_character(marked[begin])) continue;
    std::size_t end = begin;
    for (std::int64_t length = 1; length <= max && end < size; ++length) {
      do ++end;
      while (end < size && !begins_character(marked[end]));
      const bool mark = length == 1 && (begin == 0 || end == size);
      if (length >= min && !mark) take(std::string_view(marked).substr(begin, end - begin));
    }
  }
}

}  // namespace

std::uint32_t subword_hash(std::string_view piece) {
  std::uint32_t hash = 2166136261u;
  for (const char c : piece) {
    hash ^= static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<signed char>(c)));
    hash *= 16777619u;
  }
  return hash;
}

std::vector<std::string> subwords_of(std::string_view word, std::int64_t min, std::int64_t max) {
  std::vector<std::string> pieces;
  each_subword(word, min, max, [&](std::string_view piece) { pieces.emplace_back(piece); });
  return pieces;
}

SubwordRows::SubwordRows(std::span<const std::string> words, std::int64_t min, std::int64_t max,
                         std::int64_t buckets)
    : begins_(words.size() + 1) {
  const auto modulus = static_cast<std::uint64_t>(buckets);
  std::vector<std::uint32_t> used;
  for (std::size_t w = 0; w < words.size(); ++w) {
    begins_[w] = list_.size();
    list_.push_back(static_cast<std::uint32_t>(w));
    each_subword(words[w], min, max, [&](std::string_view piece) {
      list_.push_back(static_cast<std::uint32_t>(subword_hash(piece) % modulus));
      used.push_back(list_.back());
    });
    longest_ = std::max(longest_, list_.size() - begins_[w]);
  }
  begins_[words.size()] = list_.size();
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  rows_ = static_cast<std::int64_t>(words.size() + used.size());
  for (std::size_t w = 0; w < words.size(); ++w) {
    for (std::size_t i = begins_[w] + 1; i < begins_[w + 1]; ++i) {
      const auto at = std::lower_bound(used.begin(), used.end(), list_[i]) - used.begin();
      list_[i] = static_cast<std::uint32_t>(words.size() + static_cast<std::size_t>(at));
    }
  }
}

}  // namespace dlt::embed
