#include "models/seq2seq/search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "autograd/autograd.h"
#include "support/seq2seq.h"

using namespace dlt;
using Ids = std::vector<std::int32_t>;
using models::Hypothesis, models::SearchOptions;

namespace {

std::vector<Ids> sources_of(const std::vector<data::Pair>& pairs) {
  std::vector<Ids> sources;
  for (const auto& p : pairs) sources.push_back(p.source);
  return sources;
}

// log probabilities of each next token after `said`, computed without caches.
std::vector<double> next(const models::Seq2SeqNet& net, const Ids& source, const Ids& said) {
  const autograd::NoGrad off;
  const Tensor logits = net.logits(test::batch_of({{source, said}}));
  const auto last = logits.values().last(static_cast<std::size_t>(net.vocab()));
  double sum = 0;
  for (const real v : last) sum += std::exp(static_cast<double>(v));
  std::vector<double> result;
  for (const real v : last) result.push_back(static_cast<double>(v) - std::log(sum));
  return result;
}

// Every sequence of at most `limit` tokens, its end mark counted; those that are as long end.
void enumerate(const models::Seq2SeqNet& net, const Ids& source, const Ids& said, double sum,
               std::size_t limit, double penalty, Hypothesis& best) {
  const auto finish = [&](double total) {
    const double score = total / std::pow(static_cast<double>(said.size() + 1), penalty);
    if (best.tokens.empty() || score > best.score) best = {said, score};
  };
  if (said.size() + 1 == limit) return finish(sum);
  const auto p = next(net, source, said);
  if (!said.empty()) finish(sum + p[1]);
  for (std::int32_t token = 2; token < net.vocab(); ++token) {
    Ids longer = said;
    longer.push_back(token);
    enumerate(net, source, longer, sum + p[static_cast<std::size_t>(token)], limit, penalty, best);
  }
}

void check_equal(const std::vector<Hypothesis>& a, const std::vector<Hypothesis>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO("source " << i);
    CHECK(a[i].tokens == b[i].tokens);
    CHECK(a[i].score == b[i].score);
  }
}

// Says what it is told to, whatever the source: a row of logits for each beginning.
class Script : public models::Seq2SeqNet {
 public:
  explicit Script(std::map<Ids, std::vector<double>> probabilities)
      : probabilities_(std::move(probabilities)) {}
  Tensor loss(const data::PairBatch&, double, nn::Training*) const override { return {}; }
  Tensor logits(const data::PairBatch&) const override { return {}; }
  std::unique_ptr<models::Decoding> decode(const Indices&,
                                           std::span<const std::int64_t> sizes) const override {
    return std::make_unique<Told>(*this, sizes.size());
  }
  std::int64_t vocab() const override { return 5; }
  std::int64_t longest() const override { return 6; }

 private:
  struct Told : models::Decoding {
    Told(const Script& s, std::size_t rows) : script(s), said(rows) {}
    Tensor next(std::span<const std::int32_t> tokens) override {
      Tensor y = Tensor::uninitialized({std::ssize(tokens), 5});
      for (std::size_t r = 0; r < tokens.size(); ++r) {
        said[r].push_back(tokens[r]);
        const auto found = script.probabilities_.find(Ids(said[r].begin() + 1, said[r].end()));
        const std::vector<double> even(5, 0.2);
        const auto& p = found == script.probabilities_.end() ? even : found->second;
        for (std::size_t j = 0; j < 5; ++j) {
          y.mutable_data()[r * 5 + j] = static_cast<real>(std::log(p[j]));
        }
      }
      return y;
    }
    void select(std::span<const std::int64_t> rows) override {
      std::vector<Ids> chosen;
      for (const auto r : rows) chosen.push_back(said[static_cast<std::size_t>(r)]);
      said = std::move(chosen);
    }
    const Script& script;
    std::vector<Ids> said;
  };

  std::map<Ids, std::vector<double>> probabilities_;
};

constexpr double tiny = 1e-9;

}  // namespace

TEST_CASE("searching for many sources at once gives what each gives alone", "[seq2seq][search]") {
  for (const auto& c : test::every_seq2seq()) {
    const test::RandomSeq2Seq model(c);
    const auto sources = sources_of(test::random_pairs(30, 14, c.vocab, 1));
    for (const std::int64_t beam : {1, 3, 4}) {
      const SearchOptions options{.beam = beam, .length_penalty = 0.8, .more_tokens = 3};
      const auto together = models::search(model.net, sources, {}, options);
      std::vector<Hypothesis> alone;
      for (const Ids& source : sources) {
        alone.push_back(models::search(model.net, {source}, {}, options).front());
      }
      check_equal(together, alone);
    }
  }
}

TEST_CASE("greedy search takes the likeliest token, computed without caches", "[seq2seq][search]") {
  const test::RandomSeq2Seq model(test::small_seq2seq());
  const auto sources = sources_of(test::random_pairs(5, 9, 11, 2));
  const auto found = models::search(model.net, sources, {}, {.beam = 1, .more_tokens = 2});
  for (std::size_t i = 0; i < sources.size(); ++i) {
    Ids said;
    while (said.size() < sources[i].size() + 2) {
      auto p = next(model.net, sources[i], said);
      p[0] = -INFINITY;
      const auto best = std::ranges::max_element(p) - p.begin();
      if (best == 1) break;
      said.push_back(static_cast<std::int32_t>(best));
    }
    CHECK(found[i].tokens == said);
  }
}

TEST_CASE("a beam wide enough for everything finds the best of all sequences",
          "[seq2seq][search]") {
  auto c = test::small_seq2seq();
  c.vocab = 5;
  for (const std::uint64_t seed : {1, 2, 3}) {
    test::RandomSeq2Seq model(c, seed);
    for (const double penalty : {0.0, 1.0, 2.0}) {
      Hypothesis best;
      enumerate(model.net, {2, 3, 4}, {}, 0, 4, penalty, best);
      const SearchOptions wide{
          .beam = 200, .length_penalty = penalty, .tokens_per_source = 0, .more_tokens = 4};
      const auto found = models::search(model.net, {{2, 3, 4}}, {}, wide).front();
      if (found.tokens.empty()) continue;  // enumerate() leaves out saying nothing
      CHECK(found.tokens == best.tokens);
      CHECK(found.score == Approx(best.score).margin(1e-5));
    }
  }
}

TEST_CASE("a beam finds what greedy search passes by", "[seq2seq][search]") {
  // pad, end, then tokens 2, 3 and 4
  const Script net({{{}, {tiny, tiny, 0.6, 0.4, tiny}},
                    {{2}, {tiny, 0.4, 0.3, 0.3, tiny}},
                    {{3}, {tiny, 0.98, 0.01, 0.01, tiny}}});
  const auto greedy = models::search(net, {{2}}, {}, {.beam = 1}).front();
  CHECK(greedy.tokens == Ids{2});
  CHECK(greedy.score == Approx(std::log(0.6 * 0.4) / 2));
  const auto beam = models::search(net, {{2}}, {}, {.beam = 2}).front();
  CHECK(beam.tokens == Ids{3});
  CHECK(beam.score == Approx(std::log(0.4 * 0.98) / 2));
}

TEST_CASE("the length penalty prefers longer hypotheses as its exponent grows",
          "[seq2seq][search]") {
  const Script net({{{}, {tiny, 0.4, 0.6, tiny, tiny}},
                    {{2}, {tiny, tiny, 0.5, 0.5, tiny}},
                    {{2, 2}, {tiny, 1, tiny, tiny, tiny}},
                    {{2, 3}, {tiny, 1, tiny, tiny, tiny}}});
  CHECK(models::search(net, {{2}}, {}, {.beam = 2, .length_penalty = 0}).front().tokens.empty());
  const auto longer = models::search(net, {{2}}, {}, {.beam = 2, .length_penalty = 1}).front();
  CHECK(longer.tokens.size() == 2);
  CHECK(longer.score == Approx(std::log(0.3) / 3));
}

TEST_CASE("a hypothesis that is as long as allowed ends there", "[seq2seq][search]") {
  const std::vector<double> on = {0.9, tiny, 0.1, tiny, tiny};  // pad is never said
  const Script net({{{}, on}, {{2}, on}, {{2, 2}, on}, {{2, 2, 2}, on}, {{2, 2, 2, 2}, on}});
  for (const std::int64_t beam : {1, 3}) {
    const auto said = [&](double per_source, std::int64_t more) {
      const SearchOptions o{.beam = beam, .tokens_per_source = per_source, .more_tokens = more};
      return models::search(net, {{2, 2}}, {}, o).front().tokens;
    };
    CHECK(said(0, 1).empty());
    CHECK(said(0, 3) == Ids{2, 2});
    CHECK(said(1, 1) == Ids{2, 2, 2});         // the end of the source counts
    CHECK(said(1, 50) == Ids{2, 2, 2, 2, 2});  // the network has six positions
  }
}

TEST_CASE("nothing to translate is nothing", "[seq2seq][search]") {
  const test::RandomSeq2Seq model(test::small_seq2seq());
  CHECK(models::search(model.net, {}, {}, {}).empty());
  CHECK(models::search(model.net, {{}}, {}, {}).size() == 1);  // an end mark alone
}
