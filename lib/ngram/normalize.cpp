#include "base/parallel.h"
#include "ngram/context_sums.h"
#include "ngram/log10.h"
#include "ngram/reshape.h"

namespace dlt::ngram {

// Each thread adds up what belongs to its contexts, in the order of the n-grams: the same sums for
// any number of threads.
ContextSums context_sums(const Tables& tables, int n, std::span<const Node> contexts) {
  const Level& parents = tables.levels[static_cast<std::size_t>(n - 2)];
  const Level& level = tables.levels[static_cast<std::size_t>(n - 1)];
  const std::size_t count = parents.log10_p.size();
  ContextSums sums{std::vector<double>(count), std::vector<double>(count)};
  const auto contexts_a_thread = static_cast<std::int64_t>(count) / threads() + 1;
  parallel_for(std::ssize(sums.own), contexts_a_thread, [&](std::int64_t begin, std::int64_t end) {
    for (std::size_t p = 0; p < count; ++p) {
      double shorter = -1;  // not known yet
      for (Node i = parents.first[p]; i < parents.first[p + 1]; ++i) {
        if (contexts[i] == nowhere || contexts[i] < begin || contexts[i] >= end) continue;
        if (shorter < 0) shorter = from_log10(parents.log10_p[p]);
        sums.own[contexts[i]] += from_log10(level.log10_p[i]);
        sums.shorter[contexts[i]] += shorter;
      }
    }
  });
  return sums;
}

namespace {

// All words are stored here, so what they lack of 1 has nowhere else to go.
void scale_unigrams(Level& level) {
  double sum = 0;
  for (std::size_t w = 0; w < level.log10_p.size(); ++w) {
    if (w != sentence_begin) sum += from_log10(level.log10_p[w]);
  }
  if (!(sum > 0)) return;
  const auto offset = static_cast<float>(-std::log10(sum));
  for (std::size_t w = 0; w < level.log10_p.size(); ++w) {
    if (level.log10_p[w] > log_zero) level.log10_p[w] += offset;
  }
}

// Sets the back-off weights of level n - 1. Where all of the probability of the shorter context is
// used up by stored words, or more than 1 is stored, the stored probabilities are scaled instead.
void normalize_level(Tables& tables, int n, std::span<const Node> contexts) {
  const ContextSums sums = context_sums(tables, n, contexts);
  Level& level = tables.levels[static_cast<std::size_t>(n - 1)];
  Array<float>& bow = tables.levels[static_cast<std::size_t>(n - 2)].log10_bow;
  std::vector<float> scale(sums.own.size());
  bool scaled = false;
  for (std::size_t c = 0; c < sums.own.size(); ++c) {
    const double left = 1 - sums.own[c], left_shorter = 1 - sums.shorter[c];
    bow[c] = 0;
    if (sums.own[c] == 0 || (std::abs(left) < rounding && left_shorter < rounding)) continue;
    if (left > rounding && left_shorter > rounding) {
      bow[c] = to_log10(left / left_shorter);
      continue;
    }
    bow[c] = log_zero;
    if (std::abs(left) < rounding) continue;
    scale[c] = static_cast<float>(-std::log10(sums.own[c]));
    scaled = true;
  }
  if (!scaled) return;
  parallel_each(static_cast<std::int64_t>(contexts.size()), 1, [&](std::int64_t i) {
    if (contexts[i] != nowhere) level.log10_p[i] += scale[contexts[i]];
  });
}

}  // namespace

void normalize(Tables& tables) {
  scale_unigrams(tables.levels.front());
  Array<Node> shorter;
  for (int n = 2; n <= tables.order(); ++n) {
    Array<Node> found = contexts(tables.levels, n, shorter.span(), {});
    normalize_level(tables, n, found.span());
    shorter = std::move(found);
  }
  tables.about.absent_bow = 0;
}

}  // namespace dlt::ngram
