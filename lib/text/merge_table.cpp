#include "text/merge_table.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>

namespace dlt::text {
namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;
constexpr std::size_t short_word = 40;  // below it, scanning beats a heap

// Symbols as a doubly linked list over positions.
struct Links {
  explicit Links(std::size_t n) : before(n), after(n) {
    for (std::size_t i = 0; i < n; ++i) {
      before[i] = static_cast<std::int64_t>(i) - 1;
      after[i] = i + 1 < n ? static_cast<std::int64_t>(i) + 1 : -1;
    }
  }

  void drop_after(std::int64_t at) {
    const std::int64_t gone = after[at];
    after[at] = after[gone];
    if (after[at] >= 0) before[after[at]] = at;
    before[gone] = after[gone] = -1;
  }

  std::vector<std::int64_t> before, after;
};

struct Candidate {
  std::uint32_t rank;
  std::int64_t at;
  bool operator>(const Candidate& o) const { return rank != o.rank ? rank > o.rank : at > o.at; }
};
using Heap = std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>>;

}  // namespace

MergeTable::MergeTable(const std::vector<std::pair<std::int32_t, std::int32_t>>& pairs,
                       const std::vector<std::int32_t>& ids)
    : rules_(pairs.size()) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {  // of equal pairs the last stays, as at HF
    rules_.at(pairs[i].first, pairs[i].second) = {static_cast<std::uint32_t>(i), ids[i]};
  }
}

std::uint32_t MergeTable::rank(std::int32_t left, std::int32_t right) const {
  const Rule* rule = rules_.find(left, right);
  return rule == nullptr ? none : rule->rank;
}

void MergeTable::apply(std::vector<std::int32_t>& word) const {
  if (word.size() < 2) return;
  word.size() <= short_word ? apply_to_short(word) : apply_to_long(word);
}

void MergeTable::apply_to_short(std::vector<std::int32_t>& word) const {
  std::array<std::uint32_t, short_word> ranks;  // of word[i] with word[i + 1]
  std::size_t n = word.size();
  for (std::size_t i = 0; i + 1 < n; ++i) ranks[i] = rank(word[i], word[i + 1]);
  while (n > 1) {
    const auto best = std::min_element(ranks.begin(), ranks.begin() + (n - 1));
    if (*best == none) break;
    const auto i = static_cast<std::size_t>(best - ranks.begin());
    word[i] = rules_.find(word[i], word[i + 1])->id;
    std::copy(word.begin() + i + 2, word.begin() + n, word.begin() + i + 1);
    if (i + 2 < n) std::copy(best + 2, ranks.begin() + (n - 1), best + 1);
    --n;
    if (i > 0) ranks[i - 1] = rank(word[i - 1], word[i]);
    if (i + 1 < n) ranks[i] = rank(word[i], word[i + 1]);
  }
  word.resize(n);
}

void MergeTable::apply_to_long(std::vector<std::int32_t>& word) const {
  Links links(word.size());
  Heap heap;
  const auto offer = [&](std::int64_t at) {
    if (at < 0 || links.after[at] < 0) return;
    const std::uint32_t r = rank(word[at], word[links.after[at]]);
    if (r != none) heap.push({r, at});
  };
  for (std::size_t i = 0; i + 1 < word.size(); ++i) offer(static_cast<std::int64_t>(i));
  while (!heap.empty()) {
    const auto [r, at] = heap.top();
    heap.pop();
    if (links.after[at] < 0) continue;  // merged away, or the last one now
    const Rule* rule = rules_.find(word[at], word[links.after[at]]);
    if (rule == nullptr || rule->rank != r) continue;  // a neighbour has changed since
    word[at] = rule->id;
    links.drop_after(at);
    offer(links.before[at]);
    offer(at);
  }
  std::size_t n = 0;
  for (std::int64_t at = 0; at >= 0; at = links.after[at]) word[n++] = word[at];
  word.resize(n);
}

}  // namespace dlt::text
