#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/registry.h"
#include "ngram/counts.h"
#include "ngram/levels.h"

namespace dlt::ngram {

enum class Smoothing : std::uint8_t {
  modified_kneser_ney,  // Chen & Goodman 1998
  kneser_ney,           // one discount for each order
  absolute,             // Ney, Essen, Kneser 1994, raw counts
  katz,                 // Katz 1987, Good-Turing discounts; always backs off
  witten_bell,
  jelinek_mercer,
  add_k,
  stupid_backoff,  // Brants et al. 2007: scores, not probabilities
  maximum_likelihood,
};
// "modified_kneser_ney" ("mkn"), "kneser_ney" ("kn"), "absolute", "katz" ("good_turing"), ...
const Registry<Smoothing>& smoothings();

struct EstimateSettings {
  Smoothing smoothing = Smoothing::modified_kneser_ney;
  // p = u + g p(shorter history) for all n-grams, or only for unseen ones. katz, stupid_backoff
  // and maximum_likelihood never interpolate, jelinek_mercer, add_k always do.
  bool interpolate = true;
  bool interpolate_unigrams = true;  // with the uniform distribution over the vocabulary
  std::vector<double> discounts;     // absolute, kneser_ney: D of each order, or one for all;
                                  // modified: 3 of each order; empty: from counts of counts
  std::vector<double> lambda = {0.5};  // jelinek_mercer: weight of the order itself, or one for all
  double k = 1;                        // add_k
  double alpha = 0.4;                  // stupid_backoff
  std::int64_t katz_max = 7;           // counts above it are not discounted
  std::vector<std::int64_t> prune;     // n-grams with raw counts <= prune[n - 1] go; the last holds
                                       // for all longer ones; must not fall
};

// What was estimated from what, for people.
struct OrderReport {
  std::uint64_t seen = 0, kept = 0;   // n-grams
  std::array<double, 3> discounts{};  // D1, D2, D3+; a single D three times
  std::string fallback;               // why not the closed form: "" where it is
};

struct Estimated {
  Tables tables;
  std::vector<OrderReport> orders;
};

// Consumes the counts, level by level, so that both are never whole at once. Mistakes in the
// settings are Exit::usage.
Estimated estimate(Counts counts, const EstimateSettings& settings, const Workspace& work,
                   const Report& report);

// What count() must provide for these settings.
void need(const EstimateSettings& settings, CountSettings& counts);

}  // namespace dlt::ngram
