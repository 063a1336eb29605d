#include "ngram/prune.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/parallel.h"
#include "ngram/context_sums.h"
#include "ngram/history.h"
#include "ngram/log10.h"

namespace dlt::ngram {
namespace {

std::size_t at_length(int n) { return static_cast<std::size_t>(n - 1); }

// By how much the perplexity grows, as exp(D) - 1: D is the divergence of the distribution without
// (h, w) from that with it, weighted by p(h). Section 3 of the paper, with alpha(h) for N(h)/M(h),
// which saves a difference of nearly equal numbers.
struct Context {
  double log_p = 0;  // natural logarithm
  double left = 0;   // N(h) = alpha(h) M(h)
  double left_shorter = 0;
};
double loss(const Context& h, double log10_p, double log10_shorter) {
  const double p = from_log10(log10_p), shorter = from_log10(log10_shorter);
  const double alpha = (h.left + p) / (h.left_shorter + shorter);
  double sum = 0;
  if (p > 0) {
    sum += p * ((log10_shorter - log10_p) * std::numbers::ln10 + std::log(alpha));
  }
  if (h.left > 0) sum += h.left * std::log(alpha * h.left_shorter / h.left);
  return std::expm1(std::max(0.0, -std::exp(h.log_p) * sum));
}

}  // namespace

Pruning::Pruning(const Model& model, const Model* history)
    : tables_(model.tables()), contexts_(tables_.levels.size()), losses_(tables_.levels.size()) {
  const HistoryModel histories(tables_.vocabulary, history);
  std::vector<double> log_p = histories.of_words(tables_);
  for (int n = 2; n <= tables_.order(); ++n) {
    Array<Node>& found = contexts_[at_length(n)];
    found = contexts(tables_.levels, n, contexts_[at_length(n - 1)].span(), {});
    set_losses(n, log_p);
    if (n < tables_.order()) log_p = histories.longer(tables_, n, found.span(), log_p);
  }
  keep_what_longer_ones_need();
}

void Pruning::set_losses(int n, std::span<const double> log_history) {
  const Level& parents = tables_.levels[at_length(n - 1)];
  const Level& level = tables_.levels[at_length(n)];
  const Array<Node>& context = contexts_[at_length(n)];
  const ContextSums sums = context_sums(tables_, n, context.span());
  auto& losses = losses_[at_length(n)];
  losses.resize(level.log10_p.size());
  parallel_for(std::ssize(parents.log10_p.span()), 4096, [&](std::int64_t b, std::int64_t e) {
    for (auto p = static_cast<Node>(b); p < static_cast<Node>(e); ++p) {
      for (Node i = parents.first[p]; i < parents.first[p + 1]; ++i) {
        const Node c = context[i];
        if (c == nowhere) continue;  // sums to no 1 while it is there: goes first
        Context h = {log_history[c], 0, std::max(0.0, 1 - sums.shorter[c])};
        h.left = from_log10(parents.log10_bow[c]) * h.left_shorter;
        losses[i] = static_cast<float>(loss(h, level.log10_p[i], parents.log10_p[p]));
      }
    }
  });
}

// Gives each n-gram the greatest loss among itself and those that need it.
void Pruning::keep_what_longer_ones_need() {
  for (int n = tables_.order(); n > 2; --n) {
    const auto& losses = losses_[at_length(n)];
    auto& shorter = losses_[at_length(n - 1)];
    const Array<Node>& context = contexts_[at_length(n)];
    const Array<Node>& first = tables_.levels[at_length(n - 1)].first;
    for (std::size_t p = 0; p < shorter.size(); ++p) {
      for (Node i = first[p]; i < first[p + 1]; ++i) {
        shorter[p] = std::max(shorter[p], losses[i]);
        if (context[i] == nowhere) continue;
        shorter[context[i]] = std::max(shorter[context[i]], losses[i]);
      }
    }
  }
}

std::vector<std::uint64_t> Pruning::counts(double threshold) const {
  std::vector<std::uint64_t> left = {tables_.vocabulary.size()};
  for (std::size_t n = 1; n < losses_.size(); ++n) {
    const auto& losses = losses_[n];
    left.push_back(static_cast<std::uint64_t>(
        parallel_sum(std::ssize(losses), 1 << 20, [&](std::int64_t begin, std::int64_t end) {
          std::int64_t kept = 0;
          for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            kept += static_cast<double>(losses[i]) >= threshold;
          }
          return static_cast<double>(kept);
        })));
  }
  return left;
}

// The bits of positive floats are in the order of the numbers, so bisection ends after 31 steps.
double Pruning::threshold(const std::function<bool(std::span<const std::uint64_t>)>& fits) const {
  std::uint32_t low = 0,
                high = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::infinity());
  const auto number = [](std::uint32_t bits) {
    return static_cast<double>(std::bit_cast<float>(bits));
  };
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (fits(counts(number(middle)))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return number(low);
}

// The back-off weights of level n - 1: what was removed joins what is left over.
void Pruning::set_weights(int n, double threshold, std::vector<float>& weights) const {
  const Level& parents = tables_.levels[at_length(n - 1)];
  const Level& level = tables_.levels[at_length(n)];
  const Array<Node>& context = contexts_[at_length(n)];
  const ContextSums sums = context_sums(tables_, n, context.span());
  ContextSums gone{std::vector<double>(sums.own.size()), std::vector<double>(sums.own.size())};
  std::vector<char> kept(sums.own.size());
  for (std::size_t p = 0; p < parents.log10_p.size(); ++p) {
    for (Node i = parents.first[p]; i < parents.first[p + 1]; ++i) {
      const Node c = context[i];
      if (c == nowhere) continue;
      if (static_cast<double>(losses_[at_length(n)][i]) >= threshold) {
        kept[c] = 1;
        continue;
      }
      gone.own[c] += from_log10(level.log10_p[i]);
      gone.shorter[c] += from_log10(parents.log10_p[p]);
    }
  }
  weights.assign(parents.log10_bow.data(), parents.log10_bow.data() + kept.size());
  for (std::size_t c = 0; c < kept.size(); ++c) {
    if (gone.shorter[c] == 0) continue;
    const double left_shorter = std::max(0.0, 1 - sums.shorter[c]);
    const double left = from_log10(weights[c]) * left_shorter;
    weights[c] =
        kept[c] != 0 ? to_log10((left + gone.own[c]) / (left_shorter + gone.shorter[c])) : 0;
  }
}

Tables Pruning::at(double threshold) const {
  const std::vector<std::uint64_t> left = counts(threshold);
  Tables pruned;
  pruned.vocabulary = tables_.vocabulary;
  pruned.about = tables_.about;
  std::size_t levels = left.size();
  while (levels > 1 && left[levels - 1] == 0) --levels;
  std::vector<float> weights;
  for (std::size_t n = 0; n < levels; ++n) {
    const Level& from = tables_.levels[n];
    Level& to = pruned.levels.emplace_back();
    const bool inner = n + 1 < levels;
    to.log10_p = Array<float>(left[n], {});
    if (n > 0) to.word = Array<WordId>(left[n], {});
    if (inner) {
      to.first = Array<Node>(left[n] + 1, {});
      to.log10_bow = Array<float>(left[n], {});
      set_weights(static_cast<int>(n) + 2, threshold, weights);
    }
    const auto keeps = [&](std::size_t level, std::size_t i) {
      return level == 0 || static_cast<double>(losses_[level][i]) >= threshold;
    };
    Node at = 0, child = 0;
    for (std::size_t i = 0; i < from.log10_p.size(); ++i) {
      if (!keeps(n, i)) continue;
      to.log10_p[at] = from.log10_p[i];
      if (n > 0) to.word[at] = from.word[i];
      if (inner) {
        to.log10_bow[at] = n == 0 ? weights[i] : weights[i] + 0.0F;  // -0 no more: see is_filler()
        to.first[at] = child;
        for (Node c = from.first[i]; c < from.first[i + 1]; ++c) child += keeps(n + 1, c);
      }
      ++at;
    }
    if (inner) to.first[at] = child;
  }
  return pruned;
}

Tables prune(const Model& model, double threshold, const Model* history) {
  return Pruning(model, history).at(threshold);
}

}  // namespace dlt::ngram
