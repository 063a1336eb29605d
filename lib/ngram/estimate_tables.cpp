#include "base/error.h"
#include "ngram/estimator.h"

// What an estimator takes from the counts and leaves in the tables.
namespace dlt::ngram {

void Estimator::prune(int n) {
  const std::size_t count = size(n);
  report_of(n).seen = report_of(n).kept = count;
  const std::int64_t most = settings_.prune.empty() ? 0 : at_order(settings_.prune, n);
  const Array<std::uint32_t>& raw = nodes(n).raw;
  if (most == 0) return;
  require(raw.size() == count, "estimate: pruning needs raw counts of order {}", n);
  Array<Node> rank(count + 1, storage_);
  Node next = 0;
  in_pieces(
      count,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          rank[i] = next;
          next += raw[i] > most || (n == 1 && i < first_word) ? 1 : 0;
        }
      },
      rank, raw);
  rank[count] = next;
  report_of(n).kept = next;
  ranks_[static_cast<std::size_t>(n - 1)] = std::move(rank);
}

Array<std::uint32_t> Estimator::take_counts(int n) {
  CountLevel& level = nodes(n);
  Array<std::uint32_t> taken =
      std::move(n < order_ && uses_adjusted(settings_.smoothing) ? level.adjusted : level.raw);
  level.raw = {};
  level.adjusted = {};
  require(taken.size() == size(n), "estimate: the counts of order {} are missing", n);
  return taken;
}

// The branches of level `n`, without what is pruned there or in the next.
void Estimator::finish(int n) {
  CountLevel& from = nodes(n);
  Level& to = table(n);
  if (n < order_ && ranks(n).empty() && ranks(n + 1).empty()) {
    to.first = std::move(from.first);
  } else if (n < order_) {
    to.first = Array<Node>(kept(n) + 1, storage_);
    copy_kept(
        n, [&](std::size_t i) { to.first[rank(n, i)] = rank(n + 1, from.first[i]); }, from.first,
        to.first);
    to.first[kept(n)] = static_cast<Node>(kept(n + 1));
  }
  const bool renamed = !ranks(1).empty();
  if (ranks(n).empty() && !renamed) {
    to.word = std::move(from.word);
  } else if (n > 1) {
    to.word = Array<WordId>(kept(n), storage_);
    copy_kept(
        n, [&](std::size_t i) { to.word[rank(n, i)] = rank(1, from.word[i]); }, from.word, to.word);
  }
  from.word = {};
  from.first = {};
}

void Estimator::finish_vocabulary() {
  Vocabulary& all = counts_.vocabulary;
  if (ranks(1).empty()) {
    made_.tables.vocabulary = std::move(all);
    return;
  }
  std::vector<std::string_view> words;
  for (WordId i = 0; i < all.size(); ++i) {
    if (keeps(1, i)) words.push_back(all.word(i));
  }
  made_.tables.vocabulary = Vocabulary(words);
}

}  // namespace dlt::ngram
