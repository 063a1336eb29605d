#include <algorithm>
#include <fmt/format.h>

#include "ngram/discounts.h"
#include "ngram/estimate.h"

namespace dlt::ngram {
namespace {

bool has_discounts(Smoothing s) { return uses_adjusted(s) || s == Smoothing::absolute; }

void check_discounts(const EstimateSettings& settings, int order) {
  const auto& given = settings.discounts;
  if (given.empty()) return;
  const auto name = smoothings().of(settings.smoothing)->canonical();
  require(has_discounts(settings.smoothing), Exit::usage,
          "discounts: smoothing '{}' has none; leave them out, or use 'modified_kneser_ney', "
          "'kneser_ney' or 'absolute'",
          name);
  const std::size_t each = settings.smoothing == Smoothing::modified_kneser_ney ? 3 : 1;
  const std::size_t all = each * static_cast<std::size_t>(order);
  require(given.size() == each || given.size() == all, Exit::usage,
          "discounts: {} given, but '{}' of order {} takes {} (for all orders) or {}", given.size(),
          name, order, each, all);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto limit = static_cast<double>(i % each + 1);
    require(given[i] >= 0 && given[i] < limit, Exit::usage,
            "discounts: {} is not allowed for a count of {}; allowed are 0 <= D < {}", given[i],
            limit, limit);
  }
}

void check_prune(const std::vector<std::int64_t>& prune, int order) {
  require(prune.size() <= static_cast<std::size_t>(order), Exit::usage,
          "prune: {} thresholds given for a model of order {}; give one for each order, or fewer: "
          "the last holds for all longer n-grams",
          prune.size(), order);
  for (std::size_t i = 0; i < prune.size(); ++i) {
    require(prune[i] >= 0, Exit::usage, "prune: the threshold {} is below 0", prune[i]);
    require(i == 0 || prune[i] >= prune[i - 1], Exit::usage,
            "prune: thresholds must not fall, but {} is followed by {}", prune[i > 0 ? i - 1 : 0],
            prune[i]);
  }
}

}  // namespace

const Registry<Smoothing>& smoothings() {
  static const Registry<Smoothing> registry(
      "smoothing",
      {
          {{"modified_kneser_ney", "mkn"},
           "three discounts an order, counts of different contexts below the top (Chen & Goodman)",
           Smoothing::modified_kneser_ney},
          {{"kneser_ney", "kn"}, "as modified_kneser_ney with one discount", Smoothing::kneser_ney},
          {{"absolute", "absolute_discounting"},
           "one discount an order, from raw counts (Ney, Essen & Kneser)",
           Smoothing::absolute},
          {{"katz", "good_turing"}, "Good-Turing discounts, backs off (Katz)", Smoothing::katz},
          {{"witten_bell", "wb"},
           "as much for the unseen as different words were seen",
           Smoothing::witten_bell},
          {{"jelinek_mercer", "jm"},
           "fixed weight of each order (lambda)",
           Smoothing::jelinek_mercer},
          {{"add_k", "lidstone"}, "k more of everything; k = 1: Laplace", Smoothing::add_k},
          {{"stupid_backoff"},
           "relative frequencies, times alpha a step back; no distribution (Brants et al.)",
           Smoothing::stupid_backoff},
          {{"maximum_likelihood", "mle"},
           "relative frequencies; the unseen is impossible",
           Smoothing::maximum_likelihood},
      });
  return registry;
}

void check(const EstimateSettings& settings, int order) {
  require(order >= 1 && order <= max_order, Exit::usage, "order: {} is not within 1 to {}", order,
          max_order);
  check_discounts(settings, order);
  check_prune(settings.prune, order);
  const auto& lambda = settings.lambda;
  require(lambda.size() == 1 || lambda.size() == static_cast<std::size_t>(order), Exit::usage,
          "lambda: {} weights given for a model of order {}; give one for each order, or one for "
          "all",
          lambda.size(), order);
  for (double l : lambda) {
    require(l >= 0 && l <= 1, Exit::usage, "lambda: {} is not within 0 to 1", l);
  }
  require(settings.k > 0 && settings.k < 1e9, Exit::usage, "k: {} is not above 0 (and below 1e9)",
          settings.k);
  require(settings.alpha > 0 && settings.alpha <= 1, Exit::usage,
          "alpha: {} is not above 0 and at most 1", settings.alpha);
  require(!settings.katz_max.empty(), Exit::usage, "katz_max: needs a number, as [1, 7]");
  for (std::int64_t most : settings.katz_max) {
    require(most >= 0 && most <= 1000, Exit::usage, "katz_max: {} is not within 0 to 1000", most);
  }
}

void need(const EstimateSettings& settings, CountSettings& counts) {
  counts.adjusted = uses_adjusted(settings.smoothing);
  counts.raw = !counts.adjusted ||
               std::ranges::any_of(settings.prune, [](std::int64_t most) { return most > 0; });
}

}  // namespace dlt::ngram
