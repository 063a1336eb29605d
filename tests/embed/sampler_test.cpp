#include "embed/sampler.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "base/rng.h"
#include "embed/word2vec_text.h"

namespace dlt::embed {

TEST_CASE("frequent words are thinned out", "[embed][sampler]") {  // seeds.md 12.4
  CHECK(keep_probability(0.01, 1e-3) == Approx(0.416228).margin(5e-7));
  CHECK(keep_probability(1e-4, 1e-3) == 1);
  CHECK(keep_probability(0.5, 0) == 1);
}

TEST_CASE("negatives are drawn as count^0.75", "[embed][sampler]") {  // seeds.md 12.4
  const std::vector<std::int64_t> counts = {100, 10, 1};
  const auto p = negative_probabilities(counts, 0.75);
  CHECK(p[0] == Approx(0.826822).margin(5e-7));
  CHECK(p[1] == Approx(0.147032).margin(5e-7));
  CHECK(p[2] == Approx(0.026146).margin(5e-7));
}

TEST_CASE("the alias table draws what it is told to", "[embed][sampler]") {
  std::vector<std::int64_t> counts;
  for (int i = 0; i < 300; ++i) counts.push_back(1 + 100000 / (1 + i));
  const auto p = negative_probabilities(counts, 0.75);
  const AliasTable table(p);
  constexpr int draws = 1'000'000;
  std::vector<int> seen(p.size());
  Rng rng(5);
  for (int i = 0; i < draws; ++i) ++seen[table.draw(rng.next())];
  double chi_square = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double expected = p[i] * draws;
    chi_square += (seen[i] - expected) * (seen[i] - expected) / expected;
  }
  CHECK(chi_square < 299 + 4 * std::sqrt(2 * 299.0));  // 299 degrees of freedom
  CHECK(chi_square > 299 - 4 * std::sqrt(2 * 299.0));

  const double one[] = {0.3}, zero[] = {0, 1, 0};
  CHECK(AliasTable(one).draw(0xFFFFFFFFFFFFFFFF) == 0);
  const AliasTable sure(zero);
  for (int i = 0; i < 1000; ++i) CHECK(sure.draw(rng.next()) == 1);
}

TEST_CASE("excerpts keep words and widths as often as they should", "[embed][sampler]") {
  Corpus corpus;
  corpus.words = {"often", "seldom"};
  corpus.counts = {99000, 1000};
  corpus.total = 100000;
  corpus.tokens = ngram::Array<std::uint32_t>(100000, {});
  for (std::size_t i = 0; i < 100000; ++i) corpus.tokens[i] = i % 100 == 50 ? 1 : 0;
  const auto keep = keep_thresholds(corpus, 0.1);
  Excerpt e;
  e.end = 100000;
  e.seed = 9;
  draw(e, corpus.tokens.span(), keep, 5);
  CHECK(e.read == 100000);
  double often = 0;
  for (const std::uint32_t word : e.words) often += word == 0 ? 1 : 0;
  const double p = keep_probability(0.99, 0.1);
  CHECK(often / 99000 == Approx(p).margin(4 * std::sqrt(p * (1 - p) / 99000)));
  CHECK(static_cast<double>(e.words.size()) - often == 1000);
  REQUIRE(e.windows.size() == e.words.size());
  std::vector<double> widths(6);
  for (std::size_t i = 5; i + 5 < e.windows.size(); ++i) {
    const Window& w = e.windows[i];
    CHECK(w.right - w.center - 1 == w.center - w.left);
    ++widths[w.center - w.left];
  }
  const auto n = static_cast<double>(e.windows.size());
  for (int i = 1; i <= 5; ++i) CHECK(widths[i] / n == Approx(0.2).margin(4 * 0.4 / std::sqrt(n)));
}

TEST_CASE("windows end where lines do, and lone words have none", "[embed][sampler]") {
  Corpus corpus;
  corpus.words = {"a", "b", "c"};
  corpus.counts = {2, 2, 2};
  corpus.total = 6;
  const std::vector<std::uint32_t> tokens = {0, 1, line_end, 2, line_end, line_end, 2, 1, 0};
  Excerpt e;
  e.end = 9;
  draw(e, tokens, keep_thresholds(corpus, 0), 8);
  CHECK(e.words == std::vector<std::uint32_t>{0, 1, 2, 1, 0});
  CHECK(e.offsets == std::vector<std::uint32_t>{0, 1, 6, 7, 8});
  REQUIRE(e.windows.size() == 5);
  CHECK(e.windows[0].right == 2);
  CHECK(e.windows[2].left == 2);
  CHECK(e.windows[4].right == 5);
}

TEST_CASE("excerpts end with a line if one ends soon", "[embed][sampler]") {
  std::vector<std::uint32_t> tokens(3 * excerpt_tokens, 0);
  CHECK(excerpt_end(tokens, 0) == excerpt_tokens);
  tokens[excerpt_tokens + 10] = line_end;
  CHECK(excerpt_end(tokens, 0) == excerpt_tokens + 11);
  CHECK(excerpt_end(tokens, 3 * excerpt_tokens - 7) == 3 * excerpt_tokens);
  CHECK(excerpt_end(tokens, 2 * excerpt_tokens - 7) == 3 * excerpt_tokens);
}

}  // namespace dlt::embed
