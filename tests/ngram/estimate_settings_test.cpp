#include "ngram/discounts.h"
#include "ngram/estimate.h"
#include "support/failure.h"
#include "support/naive_ngrams.h"

namespace dlt::ngram {
namespace {

template <class F>
std::string refusal(int order, const F& change) {
  EstimateSettings settings;
  change(settings);
  return test::failure([&] { check(settings, order); }, Exit::usage);
}

std::string fallback(Smoothing smoothing, const CountsOfCounts& t, bool kenlm = false) {
  EstimateSettings settings;
  settings.smoothing = smoothing;
  settings.kenlm_fallback = kenlm;
  settings.katz_max = {2};
  OrderReport report;
  worth_of_counts(settings, 1, 1, 10, t, report);
  return report.fallback;
}

}  // namespace

TEST_CASE("smoothings have the names of the literature", "[ngram][estimate]") {
  CHECK(smoothings().all().size() == 9);
  CHECK(smoothings().find("mkn").make == Smoothing::modified_kneser_ney);
  CHECK(smoothings().find("kn").make == Smoothing::kneser_ney);
  CHECK(smoothings().find("good_turing").make == Smoothing::katz);
  CHECK(smoothings().find("jm").make == Smoothing::jelinek_mercer);
  CHECK(test::failure([] { smoothings().find("knesser_ney"); }, Exit::usage) ==
        "unknown smoothing 'knesser_ney'; did you mean 'kneser_ney'?");
}

TEST_CASE("settings of an estimation that cannot be", "[ngram][estimate]") {
  using S = EstimateSettings;
  CHECK(refusal(3, [](S&) {}) == "no error");
  CHECK(refusal(10, [](S&) {}) == "order: 10 is not within 1 to 9");
  CHECK(refusal(3, [](S& s) {
          s.prune = {0, 2, 1};
        }) == "prune: thresholds must not fall, but 2 is followed by 1");
  CHECK(refusal(3, [](S& s) { s.prune = {-1}; }) == "prune: the threshold -1 is below 0");
  CHECK(refusal(2,
                [](S& s) {
                  s.prune = {0, 0, 1};
                }) ==
        "prune: 3 thresholds given for a model of order 2; give one for each order, or fewer: the "
        "last holds for all longer n-grams");
  CHECK(refusal(3, [](S& s) { s.discounts = {0.5}; }) ==
        "discounts: 1 given, but 'modified_kneser_ney' of order 3 takes 3 (for all orders) or 9");
  CHECK(refusal(3, [](S& s) {
          s.discounts = {0.5, 1, 3};
        }) == "discounts: 3 is not allowed for a count of 3; allowed are 0 <= D < 3");
  CHECK(refusal(3, [](S& s) {
          s.smoothing = Smoothing::absolute;
          s.discounts = {1};
        }) == "discounts: 1 is not allowed for a count of 1; allowed are 0 <= D < 1");
  CHECK(refusal(3,
                [](S& s) {
                  s.smoothing = Smoothing::witten_bell;
                  s.discounts = {0.5};
                }) ==
        "discounts: smoothing 'witten_bell' has none; leave them out, or use "
        "'modified_kneser_ney', 'kneser_ney' or 'absolute'");
  CHECK(refusal(3,
                [](S& s) {
                  s.lambda = {0.5, 0.5};
                }) ==
        "lambda: 2 weights given for a model of order 3; give one for each order, or one for all");
  CHECK(refusal(3, [](S& s) { s.lambda = {1.5}; }) == "lambda: 1.5 is not within 0 to 1");
  CHECK(refusal(3, [](S& s) { s.k = 0; }) == "k: 0 is not above 0 (and below 1e9)");
  CHECK(refusal(3, [](S& s) { s.alpha = 0; }) == "alpha: 0 is not above 0 and at most 1");
  CHECK(refusal(3, [](S& s) { s.katz_max = {}; }) == "katz_max: needs a number, as [1, 7]");
  CHECK(refusal(3, [](S& s) { s.katz_max = {2000}; }) == "katz_max: 2000 is not within 0 to 1000");
  CHECK(test::failure(
            [] {
              EstimateSettings settings;
              settings.k = -1;
              estimate(test::to_counts(test::naive_count({"a"}, 1)), settings, {},
                       [](const std::string&, double) {});
            },
            Exit::usage) == "k: -1 is not above 0 (and below 1e9)");
}

TEST_CASE("an estimation says which counts it needs", "[ngram][estimate]") {
  const auto needed = [](Smoothing smoothing, std::vector<std::int64_t> prune) {
    EstimateSettings settings;
    settings.smoothing = smoothing;
    settings.prune = std::move(prune);
    CountSettings counts;
    need(settings, counts);
    return std::string(counts.raw ? "raw" : "") + (counts.adjusted ? "adjusted" : "");
  };
  CHECK(needed(Smoothing::modified_kneser_ney, {}) == "adjusted");
  CHECK(needed(Smoothing::kneser_ney, {0, 0}) == "adjusted");
  CHECK(needed(Smoothing::modified_kneser_ney, {0, 1}) == "rawadjusted");
  CHECK(needed(Smoothing::absolute, {}) == "raw");
  CHECK(needed(Smoothing::katz, {0, 1}) == "raw");
}

TEST_CASE("a fallback says why", "[ngram][estimate]") {
  using enum Smoothing;
  CHECK(fallback(modified_kneser_ney, {0, 10, 4, 2, 1}).empty());
  CHECK(fallback(modified_kneser_ney, {0, 10, 4, 2, 0}) ==
        "no n-gram has the adjusted count 4: one discount of 0.5556 for all instead");
  CHECK(fallback(modified_kneser_ney, {0, 10, 4, 2, 0}, true).empty());
  CHECK(fallback(modified_kneser_ney, {0, 10, 4, 2, 5}) ==
        "the discount of n-grams with the adjusted count 3 would be -2.5556: one discount of "
        "0.5556 for all instead");
  CHECK(fallback(modified_kneser_ney, {0, 10, 4, 2, 5}, true) ==
        "the discount of n-grams with the adjusted count 3 would be -2.5556: discounts are 0.5, 1 "
        "and 1.5 instead");
  CHECK(fallback(modified_kneser_ney, {0, 0, 4, 2, 5}) ==
        "no n-gram has the adjusted count 1: discounts are 0.5, 1 and 1.5 instead");
  CHECK(fallback(kneser_ney, {0, 5, 0, 2, 5}) ==
        "no n-gram has the adjusted count 2: the discount is 0.5 instead");
  CHECK(fallback(absolute, {0, 5, 0, 2, 5}) ==
        "no n-gram has the count 2: the discount is 0.5 instead");
  CHECK(fallback(katz, {0, 10, 4, 2, 5}).empty());
  CHECK(fallback(katz, {0, 0, 4, 2, 5}) == "no n-gram has the count 1: nothing is discounted");
  CHECK(fallback(katz, {0, 10, 4, 1, 5}).empty());
  CHECK(fallback(katz, {0, 10, 0, 1, 5}) ==
        "Good-Turing has no discount for n-grams of count 1, 2: they keep it whole");
}

}  // namespace dlt::ngram
