#include "ngram/prune.h"

#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <sstream>

#include "ngram/log10.h"
#include "ngram/next.h"
#include "ngram/reshape.h"
#include "support/tiny_models.h"

namespace dlt::test {
namespace {

using namespace ngram;

std::vector<WordId> ids(const Model& model, const std::string& words) {
  std::istringstream in(words);
  std::vector<WordId> all;
  for (std::string word; in >> word;) all.push_back(model.vocabulary().id(word));
  return all;
}

std::vector<float> after(const Model& model, std::span<const WordId> history) {
  return next_words(model, Scorer(model).after(history));
}

double history_probability(const Model& model, std::span<const WordId> words) {
  double p = 1;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool begins = words[i] == sentence_begin;
    p *= from_log10(after(model, words.first(i))[begins ? sentence_end : words[i]]);
  }
  return p;
}

// exp(p(h) KL) - 1 of the distributions with the n-gram and without it, from their definitions.
double brute_loss(const Model& with, std::vector<Gram> grams, const std::string& gone,
                  const Model& history) {
  std::erase_if(grams, [&](const Gram& gram) { return gram.words == gone; });
  Tables tables = tiny_tables(grams);
  normalize(tables);
  const Model without = Model::of(tables);
  auto context = ids(with, gone);
  context.pop_back();
  const auto p = after(with, context), q = after(without, context);
  double divergence = 0;
  for (WordId w = 0; w < p.size(); ++w) {
    divergence += from_log10(p[w]) * static_cast<double>(p[w] - q[w]) * std::numbers::ln10;
  }
  return std::expm1(history_probability(history, context) * divergence);
}

std::set<std::string> names(const Tables& tables) {
  std::set<std::string> all;
  for (const Gram& gram : grams_of(tables)) all.insert(gram.words);
  return all;
}

std::vector<std::string> words_of(const std::string& gram) {
  std::istringstream in(gram);
  return {std::istream_iterator<std::string>(in), {}};
}

}  // namespace

TEST_CASE("an n-gram goes at the threshold that its divergence by brute force gives",
          "[ngram][prune]") {
  const Tables tables = random_tables(3, 8, 60, 5);
  const Model model = Model::of(tables);
  const Model other = Model::of(random_tables(2, 8, 500, 77));
  const bool own = GENERATE(true, false);
  const Pruning pruning(model, own ? nullptr : &other);
  const auto grams = grams_of(tables);
  int looked_at = 0;
  for (std::size_t i = grams.size(); i-- > 0 && looked_at < 25; i -= 3) {
    const std::string& words = grams[i].words;
    if (words_of(words).size() < 3) break;
    const double loss = brute_loss(model, grams, words, own ? model : other);
    if (loss < 1e-5) continue;  // float32 has no more digits
    ++looked_at;
    CAPTURE(words, loss);
    CHECK(names(pruning.at(loss * 0.995)).contains(words));
    CHECK(!names(pruning.at(loss * 1.005)).contains(words));
  }
  CHECK(looked_at > 10);
}

TEST_CASE("what is left of a pruned model is closed and sums to 1", "[ngram][prune]") {
  const Model model = Model::of(random_tables(4, 40, 400, 6));
  const Pruning pruning(model);
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
  for (const double threshold : {1e-9, 1e-5, 1e-4, 1e-3}) {
    const Tables pruned = pruning.at(threshold);
    const Audit found = audit(Model::of(pruned), 1'000'000);
    CHECK(found.worst < 2e-6);
    CHECK(found.orphans == 0);
    const auto all = names(pruned);
    CHECK(all.size() < before);
    before = all.size();
    for (const auto& gram : all) {
      const auto space = gram.find(' '), last = gram.rfind(' ');
      if (space == gram.npos) continue;
      REQUIRE(all.contains(gram.substr(space + 1)));
      REQUIRE(all.contains(gram.substr(0, last)));
    }
    std::uint64_t counted = 0;
    for (const std::uint64_t count : pruning.counts(threshold)) counted += count;
    CHECK(counted == all.size());
  }
}

TEST_CASE("n-grams that stay keep their probability, contexts that lose none their weight",
          "[ngram][prune]") {
  const Tables tables = random_tables(3, 10, 60, 9);
  const auto before = grams_of(tables);
  CHECK(grams_of(prune(Model::of(tables), 0)) == before);
  std::map<std::string, Gram> by_words;
  for (const Gram& gram : before) by_words[gram.words] = gram;
  const auto pruned = grams_of(prune(Model::of(tables), 1e-3));
  CHECK(pruned.size() < before.size());
  for (const Gram& gram : pruned) CHECK(gram.p == by_words[gram.words].p);
}

TEST_CASE("pruning everything leaves the words", "[ngram][prune]") {
  const Model model = Model::of(random_tables(3, 10, 60, 9));
  const Tables words = prune(model, std::numeric_limits<double>::infinity());
  CHECK(words.order() == 1);
  CHECK(audit(Model::of(words), 10).worst < 1e-6);
  CHECK(prune(Model::of(words), 1).order() == 1);
}

TEST_CASE("a target is met by the smallest threshold", "[ngram][prune]") {
  const Pruning pruning(Model::of(random_tables(3, 20, 200, 4)));
  const auto sum = [](std::span<const std::uint64_t> counts) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : counts) all += count;
    return all;
  };
  for (const std::uint64_t target : {50, 100, 300}) {
    const double threshold = pruning.threshold([&](auto counts) { return sum(counts) <= target; });
    CHECK(sum(pruning.counts(threshold)) <= target);
    const auto less = std::nextafter(static_cast<float>(threshold), 0.0F);
    CHECK(sum(pruning.counts(static_cast<double>(less))) > target);
  }
  CHECK(pruning.threshold([](auto) { return true; }) == 0);
  CHECK(std::isinf(pruning.threshold([](auto) { return false; })));
}

TEST_CASE("a model as its own history changes nothing", "[ngram][prune]") {
  const Model model = Model::of(random_tables(3, 20, 200, 8));
  for (const double threshold : {1e-5, 1e-4, 1e-3}) {
    CHECK(Pruning(model).counts(threshold) == Pruning(model, &model).counts(threshold));
  }
}

}  // namespace dlt::test
