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
  // <unk> is impossible and no part of V: what textbooks' figures assume. Where nothing is left
  // that is unseen (and unigrams are not interpolated), unigrams are not discounted.
  bool closed = false;
  std::vector<double> discounts;  // absolute, kneser_ney: D of each order, or one for all;
                                  // modified: 3 of each order, or 3 for all; empty: from counts of
                                  // counts
  bool kenlm_fallback = false;    // accept D_k = k and no n-gram of count 4, else 0.5, 1, 1.5:
                                  // KenLM's rule, for models equal to its own
  std::vector<double> lambda = {0.5};  // jelinek_mercer: weight of the order itself, or one for all
  double k = 1;                        // add_k
  double alpha = 0.4;                  // stupid_backoff
  // katz: larger counts are not discounted; the last holds for all longer ones. With Katz's
  // correction a maximum of 1 discounts nothing. (Good-Turing unigrams need one of their own.)
  std::vector<std::int64_t> katz_max = {1, 7};
  std::vector<std::int64_t> prune;  // n-grams with raw counts <= prune[n - 1] go; the last holds
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

// With a(hx) the count of an n-gram (adjusted for Kneser-Ney, else raw), A(h) = sum of a(hx) over
// all x seen, T(h) their number, h' = h without its first word, and sums "kept" over what pruning
// leaves:
//
//   smoothing            Z(h)        u(x|h) of kept n-grams
//   (modified_)kneser_ney, absolute
//                        A           (a - D_n(a)) / Z
//   katz                 A           d_a a / Z; where that leaves nothing: Z = A + 1
//   witten_bell          A + T       a / Z
//   jelinek_mercer       A           lambda_n a / Z
//   add_k                A + k V     a / Z at the top order, 0 below it (so p = 1/V there)
//   stupid_backoff, maximum_likelihood
//                        A           a / Z
//
//   g(h) = 1 - sum over kept of u(x|h); the counts of pruned n-grams are in it.
//   interpolated:  p = u + g p(x|h'),  bow(h) = g
//   backed off:    p = u,  bow(h) = g / (1 - sum over kept of p(x|h')), 10^log_zero where g = 0;
//                  where no word is unseen in h, u is scaled to a sum of 1
//   stupid_backoff: p = u, bow = alpha everywhere, also for what is not stored (About.absent_bow)
//   unigrams:      p = u + g / V, where interpolated; else p = u, and the words without a count
//                  (<unk>, words of a list) share g. V: the words kept, with </s> and <unk>,
//                  without <s>.
//
// A word <unk> that was counted is a word as others. D_n, d_a come from counts of counts before
// pruning. Where these do not allow the closed form, OrderReport.fallback says what was done.
//
// Consumes the counts, level by level, so that both are never whole at once. Mistakes in the
// settings are Exit::usage. The result is the same for any number of threads and any memory limit.
Estimated estimate(Counts counts, const EstimateSettings& settings, const Workspace& work,
                   const Report& report);

// Exit::usage where the settings contradict themselves or do not fit that order; estimate() does
// it too.
void check(const EstimateSettings& settings, int order);

// What count() must provide for these settings.
void need(const EstimateSettings& settings, CountSettings& counts);

}  // namespace dlt::ngram
