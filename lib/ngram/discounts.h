#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ngram/estimate.h"

// What the counts of one order are worth: the part of smoothing that looks at counts of counts.
namespace dlt::ngram {

inline bool uses_adjusted(Smoothing s) {
  return s == Smoothing::modified_kneser_ney || s == Smoothing::kneser_ney;
}

// The value for order `n` (1 ...) of a list whose last holds for all longer ones.
template <class T>
T at_order(const std::vector<T>& list, int n) {
  return list[std::min(list.size(), static_cast<std::size_t>(n)) - 1];
}

// u(x|h) = worth(a(hx)) / Z(h), Z(h) = A(h) + per_type T(h) + per_context. See estimate.h.
struct Worth {
  std::vector<double> cut = {0};  // what a count loses; the last: all larger ones too
  double scale = 1;
  double per_type = 0, per_context = 0;
  bool leave_some = false;  // Z + 1 where nothing is left for unseen words

  double operator()(std::uint32_t a) const {
    return scale * (a - cut[std::min<std::size_t>(a, cut.size() - 1)]);
  }
};

// How many n-grams have count r, for r = 1 ... as many as Worth may need; [0] means nothing.
using CountsOfCounts = std::vector<std::uint64_t>;
std::size_t counts_of_counts_needed(const EstimateSettings& settings, int n);

// Of order `n` of a model whose longest is `order`, with `vocabulary` words (V). Writes discounts
// and fallback of the report.
Worth worth_of_counts(const EstimateSettings& settings, int n, int order, double vocabulary,
                      const CountsOfCounts& t, OrderReport& report);

}  // namespace dlt::ngram
