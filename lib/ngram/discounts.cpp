#include "ngram/discounts.h"

#include <fmt/format.h>

namespace dlt::ngram {
namespace {

using Cuts = std::vector<double>;

std::string which(const EstimateSettings& settings) {
  return uses_adjusted(settings.smoothing) ? "adjusted count" : "count";
}

// The first of t_1 .. t_last that is 0, or 0.
int missing(const CountsOfCounts& t, int last) {
  for (int r = 1; r <= last; ++r) {
    if (t[r] == 0) return r;
  }
  return 0;
}

double ratio(std::uint64_t a, std::uint64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}

double single_discount(const CountsOfCounts& t) { return ratio(t[1], t[1] + 2 * t[2]); }

// Ney, Essen & Kneser 1994: D = t1 / (t1 + 2 t2).
Cuts single(const EstimateSettings& settings, const CountsOfCounts& t, std::string& fallback) {
  const int gap = missing(t, 2);
  if (gap == 0) return {0, single_discount(t)};
  fallback =
      fmt::format("no n-gram has the {} {}: the discount is 0.5 instead", which(settings), gap);
  return {0, 0.5};
}

// Chen & Goodman 1998, equation 26: D_k = k - (k + 1) Y t_{k+1} / t_k, Y = t1 / (t1 + 2 t2).
Cuts closed_form(const CountsOfCounts& t) {
  const double y = single_discount(t);
  return {0, 1 - 2 * y * ratio(t[2], t[1]), 2 - 3 * y * ratio(t[3], t[2]),
          3 - 4 * y * ratio(t[4], t[3])};
}

Cuts modified(const EstimateSettings& settings, const CountsOfCounts& t, std::string& fallback) {
  const bool lenient = settings.kenlm_fallback;
  const int gap = missing(t, lenient ? 3 : 4);
  if (gap != 0) fallback = fmt::format("no n-gram has the {} {}", which(settings), gap);
  Cuts cuts = gap == 0 ? closed_form(t) : Cuts();
  for (int k = 1; k <= 3 && gap == 0 && fallback.empty(); ++k) {
    if (cuts[k] < 0 || cuts[k] > k || (cuts[k] == k && !lenient)) {
      fallback = fmt::format("the discount of n-grams with the {} {} would be {:.4f}",
                             which(settings), k, cuts[k]);
    }
  }
  if (fallback.empty()) return cuts;
  if (!lenient && missing(t, 2) == 0) {
    const double d = single_discount(t);
    fallback += fmt::format(": one discount of {:.4f} for all instead", d);
    return {0, d};
  }
  fallback += ": discounts are 0.5, 1 and 1.5 instead";
  return {0, 0.5, 1, 1.5};
}

Cuts given(const EstimateSettings& settings, int n) {
  const std::size_t each = settings.smoothing == Smoothing::modified_kneser_ney ? 3 : 1;
  const std::size_t begin =
      settings.discounts.size() == each ? 0 : each * static_cast<std::size_t>(n - 1);
  Cuts cuts = {0};
  cuts.insert(cuts.end(), settings.discounts.begin() + static_cast<std::ptrdiff_t>(begin),
              settings.discounts.begin() + static_cast<std::ptrdiff_t>(begin + each));
  return cuts;
}

// Katz 1987: a count r <= most becomes d_r r, with r* = (r + 1) t_{r+1} / t_r and
// d_r = (r* / r - c) / (1 - c), c = (most + 1) t_{most+1} / t_1. A d_r outside of (0, 1] is 1, as
// SRILM has it.
Cuts good_turing(const CountsOfCounts& t, std::int64_t most, std::string& fallback) {
  if (most <= 1) return {0};  // c = r* / r: d_1 would be 0
  if (t[1] == 0) {
    fallback = "no n-gram has the count 1: nothing is discounted";
    return {0};
  }
  Cuts cuts(static_cast<std::size_t>(most) + 2, 0.0);
  const double c = static_cast<double>(most + 1) * ratio(t[most + 1], t[1]);
  std::string whole;
  for (std::int64_t r = 1; r <= most; ++r) {
    const double share = t[r] == 0 ? 0 : ratio((r + 1) * t[r + 1], r * t[r]);
    const double d = c < 1 ? (share - c) / (1 - c) : 0;
    if (d > 0 && share <= 1) {
      cuts[r] = (1 - d) * static_cast<double>(r);
    } else {
      whole += fmt::format("{}{}", whole.empty() ? "" : ", ", r);
    }
  }
  if (!whole.empty()) {
    fallback = "Good-Turing has no discount for n-grams of count " + whole + ": they keep it whole";
  }
  return cuts;
}

Cuts cuts_of(const EstimateSettings& settings, int n, const CountsOfCounts& t,
             std::string& fallback) {
  switch (settings.smoothing) {
    case Smoothing::modified_kneser_ney:
    case Smoothing::kneser_ney:
    case Smoothing::absolute:
      if (!settings.discounts.empty()) return given(settings, n);
      return settings.smoothing == Smoothing::modified_kneser_ney ? modified(settings, t, fallback)
                                                                  : single(settings, t, fallback);
    case Smoothing::katz:
      return good_turing(t, at_order(settings.katz_max, n), fallback);
    default:
      return {0};
  }
}

}  // namespace

std::size_t counts_of_counts_needed(const EstimateSettings& settings, int n) {
  const std::int64_t most =
      settings.smoothing == Smoothing::katz ? at_order(settings.katz_max, n) : 0;
  return static_cast<std::size_t>(std::max<std::int64_t>(4, most + 1)) + 1;
}

Worth worth_of_counts(const EstimateSettings& settings, int n, int order, double vocabulary,
                      const CountsOfCounts& t, OrderReport& report) {
  Worth worth;
  worth.cut = cuts_of(settings, n, t, report.fallback);
  for (std::size_t k = 1; k <= 3; ++k) {
    report.discounts[k - 1] = worth.cut[std::min(k, worth.cut.size() - 1)];
  }
  const bool lower = n < order;
  if (settings.smoothing == Smoothing::katz) worth.leave_some = true;
  if (settings.smoothing == Smoothing::witten_bell) worth.per_type = 1;
  if (settings.smoothing == Smoothing::jelinek_mercer) worth.scale = at_order(settings.lambda, n);
  if (settings.smoothing == Smoothing::add_k) {
    worth.scale = lower ? 0 : 1;
    worth.per_context = lower ? 0 : settings.k * vocabulary;
  }
  return worth;
}

}  // namespace dlt::ngram
