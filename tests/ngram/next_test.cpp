#include "ngram/next.h"

#include <cmath>
#include <set>

#include "ngram/log10.h"
#include "support/tiny_models.h"

namespace dlt::test {
namespace {

using namespace ngram;

Model colours() {
  return Model::of(tiny_tables({{"<unk>", 0.1},
                                {"green", 0.2, 0.5},
                                {"grey", 0.2},
                                {"house", 0.25},
                                {"</s>", 0.25},
                                {"green house", 0.75},
                                {"green </s>", 0.05}}));
}

std::vector<float> next(const Model& model, const std::vector<std::string>& words) {
  std::vector<WordId> history = {sentence_begin};
  for (const auto& word : words) history.push_back(model.vocabulary().id(word));
  return next_words(model, Scorer(model).after(history));
}

std::vector<std::string> suggested(const Model& model, const std::vector<std::string>& words,
                                   std::string_view prefix, std::size_t count) {
  std::vector<std::string> found;
  for (const auto& s : suggest(model.vocabulary(), next(model, words), prefix, count)) {
    found.emplace_back(model.vocabulary().word(s.word));
  }
  return found;
}

// How often each word comes in many draws.
std::vector<double> drawn(const Model& model, const DrawOptions& options, int draws) {
  Rng rng(7);
  std::vector<double> shares(model.vocabulary().size());
  const auto all = next(model, {});
  for (int i = 0; i < draws; ++i) shares[draw(all, options, rng)] += 1.0 / draws;
  return shares;
}

}  // namespace

TEST_CASE("next words have the scores that the scorer gives", "[ngram][next]") {
  const float absent_bow = GENERATE(0.0F, -0.4F);
  const int order = GENERATE(1, 2, 4);
  Tables tables = random_tables(order, 30, 200, 1);
  tables.about.absent_bow = absent_bow;
  const Model model = Model::of(tables);
  const Scorer scorer(model);
  const NextWords next_of(model);
  Rng rng(2);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<WordId> history;
    for (std::uint64_t n = rng.below(6); history.size() < n;) {
      history.push_back(static_cast<WordId>(rng.below(model.vocabulary().size())));
    }
    const auto state = scorer.after(history);
    const auto all = next_words(model, state);
    REQUIRE(all.size() == model.vocabulary().size());
    REQUIRE(next_of(state) == all);
    for (WordId w = 0; w < all.size(); ++w) {
      Scorer::State next;
      if (w == sentence_begin) {
        REQUIRE(all[w] == log_zero);
      } else {
        REQUIRE(all[w] == scorer.score(state, w, next).log10_p);
      }
    }
  }
}

TEST_CASE("suggestions are the likeliest words, equal ones by id", "[ngram][next]") {
  const Model model = colours();
  const auto best = suggest(model.vocabulary(), next(model, {"green"}), "", 2);
  REQUIRE(best.size() == 2);
  CHECK(model.vocabulary().word(best[0].word) == "house");
  CHECK(best[0].probability == Approx(0.75));
  CHECK(best[1].probability == Approx(0.5 * 0.2));
  CHECK(suggested(model, {"green"}, "", 9) ==
        std::vector<std::string>{"house", "green", "grey", "</s>"});
  CHECK(suggested(model, {"never", "seen"}, "", 2) == std::vector<std::string>{"</s>", "house"});
  CHECK(suggested(model, {}, "", 0).empty());
}

TEST_CASE("suggestions can complete a word", "[ngram][next]") {
  const Model model = colours();
  CHECK(suggested(model, {"the"}, "gr", 9) == std::vector<std::string>{"green", "grey"});
  CHECK(suggested(model, {"the"}, "gree", 9) == std::vector<std::string>{"green"});
  CHECK(suggested(model, {"the"}, "</", 9).empty());
  CHECK(suggested(model, {"the"}, "x", 9).empty());
}

TEST_CASE("words are drawn as often as they are probable", "[ngram][next]") {
  const auto shares = drawn(colours(), {}, 20000);
  CHECK(shares[unknown] == 0);
  CHECK(shares[sentence_begin] == 0);
  CHECK(shares[sentence_end] == Approx(0.25 / 0.9).margin(0.01));
  CHECK(shares[3] == Approx(0.2 / 0.9).margin(0.01));
  CHECK(shares[5] == Approx(0.25 / 0.9).margin(0.01));
}

TEST_CASE("a temperature sharpens what is drawn, and top-k and top-p cut it", "[ngram][next]") {
  const Model model = colours();
  CHECK(drawn(model, {.temperature = 0}, 10)[sentence_end] == Approx(1));
  const double sharp = std::pow(0.25, 2), rest = std::pow(0.2, 2);
  CHECK(drawn(model, {.temperature = 0.5}, 20000)[5] ==
        Approx(sharp / (2 * sharp + 2 * rest)).margin(0.01));
  auto shares = drawn(model, {.top_k = 3}, 20000);
  CHECK(shares[3] == Approx(0.2 / 0.7).margin(0.01));  // "grey", as likely, has a later id
  CHECK(shares[4] == 0);
  shares = drawn(model, {.top_p = 0.5}, 20000);  // of 0.9: </s> alone has 0.278, "house" too
  CHECK(shares[sentence_end] == Approx(0.5).margin(0.01));
  CHECK(shares[5] == Approx(0.5).margin(0.01));
  CHECK(drawn(model, {.top_p = 0}, 10)[sentence_end] == Approx(1));
  shares = drawn(model, {.top_k = 1, .top_p = 0.1}, 10);
  CHECK(shares[sentence_end] == Approx(1));
}

TEST_CASE("where no word is possible the sentence ends", "[ngram][next]") {
  const Model model = Model::of(tiny_tables({{"<unk>", 1}}));
  Rng rng(1);
  CHECK(draw(next(model, {}), {}, rng) == sentence_end);
}

}  // namespace dlt::test
