#include "embed/subwords.h"

#include <algorithm>

namespace dlt::embed {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

std::uint32_t subword_hash(std::string_view piece) {
  std::uint32_t hash = 2166136261u;
  for (const char c : piece) {
    hash ^= static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<signed char>(c)));
    hash *= 16777619u;
  }
  return hash;
}

std::vector<std::uint32_t> Pieces::of(std::string_view word) const {
  std::vector<std::uint32_t> found;
  const std::string marked = "<" + std::string(word) + ">";
  const std::string_view view = marked;
  for (std::size_t begin = 0; begin < view.size(); ++begin) {
    if (!begins_character(view[begin])) continue;
    std::size_t end = begin;
    for (std::int64_t length = 1; length <= max && end < view.size(); ++length) {
      do ++end;
      while (end < view.size() && !begins_character(view[end]));
      const bool mark = length == 1 && (begin == 0 || end == view.size());
      if (length < min || mark) continue;
      const std::uint64_t hash = subword_hash(view.substr(begin, end - begin));
      found.push_back(static_cast<std::uint32_t>(hash % static_cast<std::uint64_t>(buckets)));
    }
  }
  return found;
}

bool Subwords::compose(std::string_view word, std::span<real> to) const {
  std::vector<real> row(to.size());
  std::vector<double> sum(to.size());
  std::int64_t count = 0;
  for (const std::uint32_t bucket : pieces.of(word)) {
    const auto at = std::ranges::lower_bound(used, bucket);
    if (at == used.end() || *at != bucket) continue;
    read(static_cast<std::size_t>(at - used.begin()), row);
    for (std::size_t i = 0; i < row.size(); ++i) sum[i] += row[i];
    ++count;
  }
  if (count == 0) return false;
  std::ranges::transform(
      sum, to.begin(), [=](double x) { return static_cast<real>(x / static_cast<double>(count)); });
  return true;
}

SubwordRows::SubwordRows(std::span<const std::string> words, const Pieces& pieces)
    : begins_(words.size() + 1) {
  for (std::size_t w = 0; w < words.size(); ++w) {
    begins_[w] = list_.size();
    list_.push_back(static_cast<std::uint32_t>(w));
    const auto buckets = pieces.of(words[w]);
    list_.insert(list_.end(), buckets.begin(), buckets.end());
    used_.insert(used_.end(), buckets.begin(), buckets.end());
    longest_ = std::max(longest_, list_.size() - begins_[w]);
  }
  begins_[words.size()] = list_.size();
  std::sort(used_.begin(), used_.end());
  used_.erase(std::unique(used_.begin(), used_.end()), used_.end());
  rows_ = static_cast<std::int64_t>(words.size() + used_.size());
  for (std::size_t w = 0; w < words.size(); ++w) {
    for (std::size_t i = begins_[w] + 1; i < begins_[w + 1]; ++i) {
      const auto at = std::lower_bound(used_.begin(), used_.end(), list_[i]) - used_.begin();
      list_[i] = static_cast<std::uint32_t>(words.size() + static_cast<std::size_t>(at));
    }
  }
}

}  // namespace dlt::embed
