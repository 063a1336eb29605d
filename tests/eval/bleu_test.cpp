#include "eval/bleu.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/failure.h"

using namespace dlt;
using Lines = std::vector<std::string>;

TEST_CASE("BLEU counts matches, clips them and is brief", "[eval][bleu]") {
  // Papineni et al. 2002, section 2.1.1: "the" seven times, twice in a reference.
  const auto clipped = eval::bleu({"the the the the the the the"},
                                  {{"The cat is on the mat"}, {"There is a cat on the mat"}},
                                  {.smoothing = eval::BleuSmoothing::none, .lowercase = true});
  CHECK(clipped.matches == std::array<std::int64_t, 4>{2, 0, 0, 0});
  CHECK(clipped.totals == std::array<std::int64_t, 4>{7, 6, 5, 4});
  CHECK(clipped.score == 0);
  CHECK(clipped.precisions[0] == Approx(200.0 / 7));
  const auto brief = eval::bleu({"a b c d"}, {{"a b c d e"}});
  CHECK(brief.brevity_penalty == Approx(std::exp(-0.25)));
  CHECK(brief.score == Approx(100 * std::exp(-0.25)));
  CHECK(brief.line() ==
        "BLEU = 77.88 100.0/100.0/100.0/100.0 (BP = 0.779 ratio = 0.800 hyp_len = 4 ref_len = 5)");
}

TEST_CASE("the reference of the nearest length counts, the shorter of two", "[eval][bleu]") {
  const auto of = [](const Lines& references) {
    std::vector<Lines> each;
    for (const std::string& r : references) each.push_back({r});
    return eval::bleu({"a b c d"}, each).reference_tokens;
  };
  CHECK(of({"a", "a b c d e"}) == 5);
  CHECK(of({"a b c d e", "a b c"}) == 3);
  CHECK(of({"a b c", "a b c d e"}) == 3);
  CHECK(of({"", "a b c d e f g h i"}) == 0);  // an empty reference is one
}

TEST_CASE("every smoothing takes its value", "[eval][bleu]") {
  const auto third = [](eval::BleuOptions options) {
    options.tokenize = "none";
    const auto b = eval::bleu({"a b x c"}, {{"a b y c"}}, options);  // matches 3, 1, 0, 0
    return b.precisions[2];
  };
  using enum eval::BleuSmoothing;
  CHECK(third({.smoothing = none}) == 0);
  CHECK(third({.smoothing = floor}) == Approx(100 * 0.1 / 2));
  CHECK(third({.smoothing = floor, .smooth_value = 0.5}) == Approx(100 * 0.5 / 2));
  CHECK(third({.smoothing = add_k}) == Approx(100.0 / 3));
  CHECK(third({.smoothing = add_k, .smooth_value = 0.5}) == Approx(100 * 0.5 / 2.5));
  CHECK(third({.smoothing = exp}) == Approx(100.0 / 4));
}

TEST_CASE("effective order gives short sentences a score", "[eval][bleu]") {
  CHECK(eval::bleu({"hello there"}, {{"hello there"}}).score == 0);
  CHECK(eval::bleu({"hello there"}, {{"hello there"}}, {.effective_order = true}).score ==
        Approx(100));
}

TEST_CASE("capitals fold as in Python", "[eval][bleu]") {
  const auto equal = [](const char* a, const char* b) {
    return eval::bleu({a}, {{b}}, {.lowercase = true, .effective_order = true}).score > 99.9;
  };
  CHECK(equal("ÀÉ ЖЯ", "àé жя"));
  CHECK(equal("ΟΔΟΣ", "οδος"));  // a sigma that ends a word
  CHECK(equal("ΟΣΑ Σ", "οσα σ"));
  CHECK(equal("İx", "i\u0307x"));
  CHECK_FALSE(equal("ß", "ss"));
}

TEST_CASE("signatures say all that a score depends on", "[eval][bleu]") {
  CHECK(eval::bleu_signature(1, {}) ==
        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:dlt-" DLT_VERSION);
  CHECK(eval::bleu_signature(2, {.tokenize = "zh",
                                 .smoothing = eval::BleuSmoothing::add_k,
                                 .lowercase = true,
                                 .effective_order = true}) ==
        "nrefs:2|case:lc|eff:yes|tok:zh|smooth:add-k[1.00]|version:dlt-" DLT_VERSION);
  CHECK(eval::bleu_signature(1, {.smoothing = eval::BleuSmoothing::floor, .smooth_value = 0.25}) ==
        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:floor[0.25]|version:dlt-" DLT_VERSION);
  CHECK(eval::chrf_signature(1, {}) ==
        "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:dlt-" DLT_VERSION);
  CHECK(eval::chrf_signature(3, {.words = 2, .lowercase = true, .whitespace = true}) ==
        "nrefs:3|case:lc|eff:yes|nc:6|nw:2|space:yes|version:dlt-" DLT_VERSION);
  CHECK(eval::chrf_name({}) == "chrF2");
  CHECK(eval::chrf_name({.words = 2, .beta = 3}) == "chrF3++");
}

TEST_CASE("chrF is the F score of characters", "[eval][bleu]") {
  CHECK(eval::chrf({"abc"}, {{"abc"}}) == Approx(100));
  CHECK(eval::chrf({"abc"}, {{"xyz"}}) == 0);
  CHECK(eval::chrf({""}, {{"abc"}}) == 0);
  // Orders 1 and 2 of "ab" against "abc": precision 1 and 1, recall 2/3 and 1/2; none of order 3.
  const double recall = (2.0 / 3 + 1.0 / 2) / 2;
  CHECK(eval::chrf({"ab"}, {{"abc"}}) == Approx(100 * 5 * recall / (4 + recall)));
  CHECK(eval::chrf({"a b"}, {{"ab"}}) == Approx(100));
  CHECK(eval::chrf({"a b"}, {{"ab"}}, {.whitespace = true}) < 99);
  CHECK(eval::chrf({"AB"}, {{"ab"}}, {.lowercase = true}) == Approx(100));
  CHECK(eval::chrf({"是的"}, {{"是啊"}}, {.characters = 1}) == Approx(50));
  // n-grams of "abcd" that are longer than their reference do not count.
  CHECK(eval::chrf({"abcd", "x"}, {{"ab", "x"}}, {.characters = 4}) ==
        eval::chrf({"abcd", "x"}, {{"ab", "x"}}, {.characters = 2}));
}

TEST_CASE("chrF++ counts words, marks split off", "[eval][bleu]") {
  const auto words = [](const char* a, const char* b) {
    return eval::chrf({a}, {{b}}, {.characters = 0, .words = 1});
  };
  CHECK(words("hi)", "hi )") == Approx(100));
  CHECK(words("(hi)", "( hi )") < 50);  // of two marks that at the end alone
  CHECK(words("(hi", "( hi") == Approx(100));
  CHECK(words("a. b", "b . a") == Approx(100));
  CHECK(words(".", ",") == 0);
}

TEST_CASE("chrF takes the best reference of each segment", "[eval][bleu]") {
  CHECK(eval::chrf({"abc", "xyz"}, {{"abc", "abc"}, {"xyz", "xyz"}}) == Approx(100));
}

TEST_CASE("segments and references must be as many", "[eval][errors]") {
  CHECK(test::failure(
            [] {
              eval::bleu({"a", "b"}, {{"a", "b"}, {"a"}});
            },
            Exit::data) ==
        "there are 2 hypotheses, but 1 segments in reference 2: one for each is needed");
  CHECK(test::failure([] { eval::chrf({"a"}, {}); }, Exit::data) ==
        "there is no reference to compare with");
}
