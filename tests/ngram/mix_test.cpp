#include <cmath>
#include <iterator>
#include <map>
#include <sstream>

#include "cli/tiny.h"
#include "ngram/log10.h"
#include "ngram/next.h"
#include "ngram/reshape.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/tiny_models.h"

namespace dlt::test {
namespace {

using namespace ngram;

struct Token {
  double p = 0;
  int length = 0;
};

// Every token of a text; `share`: what a word outside the vocabulary gets of <unk>.
std::vector<Token> scored(const Model& model, const std::string& text, double share = 1) {
  const Scorer scorer(model);
  std::vector<Token> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    auto state = scorer.begin();
    std::istringstream words(line + " </s>");
    for (std::string word; words >> word;) {
      const auto s = scorer.score(state, model.vocabulary().id(word), state);
      all.push_back({from_log10(s.log10_p) / (s.word == unknown ? share : 1), s.length});
    }
  }
  return all;
}

std::string text_of(char name, int words, int sentences, std::uint64_t seed) {
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    text += random_sentence(words, derive(seed, static_cast<std::uint64_t>(i)), name) + "\n";
  }
  return text;
}

double perplexity(const std::vector<Token>& tokens) {
  double sum = 0;
  for (const Token& token : tokens) sum += std::log(token.p);
  return std::exp(-sum / static_cast<double>(tokens.size()));
}

}  // namespace

TEST_CASE("a mix of one model is that model", "[ngram][mix]") {
  const Model model = Model::of(random_tables(3, 20, 100, 1));
  const Model mixed = Model::of(mix({model, model}, {1, 0}));
  const Model doubled = Model::of(mix({model, model}, {0.3, 0.7}));
  const std::string text = text_of('a', 22, 50, 9);
  const auto expected = scored(model, text);
  for (const Model& m : {mixed, doubled}) {
    const auto found = scored(m, text);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].p == Approx(expected[i].p).epsilon(1e-5));
      CHECK(found[i].length == expected[i].length);
    }
  }
}

TEST_CASE("what a mix stores is the weighted mean of the models, and it sums to 1",
          "[ngram][mix]") {
  // Words a0 .. a19 and a0 .. a29: the first lacks ten of the second's.
  const Model a = Model::of(random_tables(3, 20, 150, 1));
  const Model b = Model::of(random_tables(4, 30, 150, 2));
  const Model mixed = Model::of(mix({a, b}, {0.6, 0.4}));
  CHECK(mixed.order() == 4);
  CHECK(mixed.vocabulary().size() == 33);
  const Audit found = audit(mixed, 1'000'000);
  CHECK(found.worst < 2e-6);
  CHECK(found.orphans == 0);
  const std::string text = text_of('a', 40, 300, 9);
  const auto in_a = scored(a, text, 11), in_b = scored(b, text), all = scored(mixed, text);
  std::vector<Token> dynamic;
  for (std::size_t i = 0; i < all.size(); ++i) {
    dynamic.push_back({0.6 * in_a[i].p + 0.4 * in_b[i].p});
    if (all[i].length < 2) continue;
    if (all[i].length < std::max(in_a[i].length, in_b[i].length)) FAIL("an n-gram is lost");
  }
  CHECK(perplexity(all) == Approx(perplexity(dynamic)).epsilon(0.05));
}

TEST_CASE("each n-gram that is stored has the probability that mixing while scoring gives",
          "[ngram][mix]") {
  const Model a = Model::of(random_tables(2, 12, 60, 3));
  const Model b = Model::of(random_tables(3, 20, 60, 4));
  const double share = 20 - 12 + 1;
  const Tables mixed = mix({a, b}, {0.25, 0.75});
  int looked_at = 0;
  for (const Gram& gram : grams_of(mixed)) {
    std::istringstream in(gram.words);
    std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
    if (words.back() == "<s>") continue;
    double p = 0;
    for (const Model* model : {&a, &b}) {
      std::vector<WordId> ids;
      for (const auto& word : words) ids.push_back(model->vocabulary().id(word));
      const WordId last = ids.back();
      ids.pop_back();
      const double own = from_log10(next_words(*model, Scorer(*model).after(ids))[last]);
      p += model == &a ? 0.25 * own / (last == unknown ? share : 1) : 0.75 * own;
    }
    CAPTURE(gram.words);
    CHECK(gram.p == Approx(p).epsilon(1e-5));
    ++looked_at;
  }
  CHECK(looked_at > 100);
}

TEST_CASE("a word that a model lacks is its <unk> after every history", "[ngram][mix]") {
  // An open vocabulary: "a <unk>" is stored.
  const Model a = Model::of(
      tiny_tables({{"<unk>", 0.2}, {"a", 0.5, 0.4 / 0.8}, {"</s>", 0.3}, {"a <unk>", 0.6}}));
  const Model b = Model::of(tiny_tables(
      {{"<unk>", 0.1}, {"x", 0.6, 1}, {"a", 0.1, 0.2 / 0.4}, {"</s>", 0.2}, {"a x", 0.8}}));
  const Tables mixed = mix({a, b}, {0.5, 0.5});
  std::map<std::string, double> p;
  for (const Gram& gram : grams_of(mixed)) p[gram.words] = gram.p;
  CHECK(p["x"] == Approx(0.5 * 0.1 + 0.5 * 0.6));
  CHECK(p["<unk>"] == Approx(0.5 * 0.1 + 0.5 * 0.1));
  CHECK(p["a x"] == Approx(0.5 * 0.3 + 0.5 * 0.8));
  CHECK(p["a <unk>"] == Approx(0.5 * 0.3 + 0.5 * 0.05));
  CHECK(audit(Model::of(mixed), 10).worst < 1e-6);
}

TEST_CASE("words of a mix are in the order of their probability", "[ngram][mix]") {
  const Model a = Model::of(tiny_tables({{"a", 0.5}, {"b", 0.5}}));
  const Model b = Model::of(tiny_tables({{"c", 0.6}, {"b", 0.4}}));
  const Tables mixed = mix({a, b}, {0.5, 0.5});
  REQUIRE(mixed.vocabulary.size() == 6);
  CHECK(mixed.vocabulary.word(3) == "b");
  CHECK(mixed.vocabulary.word(4) == "c");
  CHECK(mixed.vocabulary.word(5) == "a");
}

TEST_CASE("EM finds the weights that make a text likeliest", "[ngram][mix]") {
  const Folder folder;
  const Model a = Model::of(random_tables(2, 15, 200, 1));
  const Model b = Model::of(random_tables(2, 25, 20, 2));
  const std::string text = text_of('a', 18, 150, 5);
  put(folder / "dev.txt", text);
  const Tuning tuning = tune_weights({a, b}, folder / "dev.txt");
  const auto in_a = scored(a, text, 11), in_b = scored(b, text);
  const auto mixed = [&](double weight) {
    std::vector<Token> all;
    for (std::size_t i = 0; i < in_a.size(); ++i) {
      all.push_back({weight * in_a[i].p + (1 - weight) * in_b[i].p});
    }
    return perplexity(all);
  };
  double best = 0;
  for (int i = 0; i <= 1000; ++i) {
    if (mixed(i / 1000.0) < mixed(best)) best = i / 1000.0;
  }
  CHECK(tuning.tokens == in_a.size());
  CHECK(tuning.weights[0] == Approx(best).margin(0.005));
  CHECK(tuning.weights[0] + tuning.weights[1] == Approx(1));
  CHECK(tuning.perplexity[0] == Approx(perplexity(in_a)));
  CHECK(tuning.perplexity[1] == Approx(perplexity(in_b)));
  CHECK(tuning.mixed == Approx(mixed(tuning.weights[0])));
  CHECK(tuning.mixed < tuning.perplexity[0]);
}

TEST_CASE("what cannot be mixed is refused", "[ngram][mix]") {
  const Folder folder;
  const Model words = Model::of(random_tables(2, 5, 5, 1));
  const Model bytes = Model::of(tiny_tables({{"a", 1}}, Unit::bytes));
  const auto refused = [&](const std::vector<Model>& models, const std::vector<double>& weights) {
    return failure([&] { mix(models, weights); }, Exit::usage);
  };
  CHECK(refused({words, bytes}, {0.5, 0.5}) ==
        "models of words and of bytes have no text in common: mix models of one unit");
  CHECK(refused({words, words}, {1}) == "2 models need as many weights, there are 1");
  CHECK(refused({words, words}, {2, -1}) == "a weight is -1: expected 0 or more");
  CHECK(refused({words, words}, {0, 0}) == "all weights are 0: give one model a weight");
  put(folder / "empty.txt", "");
  CHECK(failure([&] { tune_weights({words}, folder / "empty.txt"); }, Exit::data) ==
        "'" + (folder / "empty.txt") + "' has no text to tune weights on");
}

}  // namespace dlt::test
