#include "ngram/score.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/file.h"
#include "base/parallel.h"
#include "ngram/score_text.h"
#include "ngram/tables.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using namespace ngram;

// Word by word, straight from the definition: the longest stored n-gram, and the weights of the
// contexts longer than its own.
Scored definition(const Grams& grams, int order, float absent, const std::vector<WordId>& text,
                  std::size_t at) {
  std::vector<WordId> history;  // newest first
  for (std::size_t i = at; i-- > 0 && history.size() + 1 < static_cast<std::size_t>(order);) {
    history.push_back(text[i]);
    if (text[i] == sentence_begin) break;
  }
  std::vector<WordId> gram = {text[at]};
  Scored scored = {grams.at(gram).log10_p, text[at], 1};
  for (const WordId word : history) {
    gram.push_back(word);
    const auto found = grams.find(gram);
    if (found == grams.end()) break;
    scored.log10_p = found->second.log10_p;
    ++scored.length;
  }
  for (std::size_t n = scored.length; n <= history.size(); ++n) {
    const auto context = grams.find({history.begin(), history.begin() + static_cast<long>(n)});
    scored.log10_p += context == grams.end() ? absent : context->second.log10_bow;
  }
  return scored;
}

std::vector<WordId> random_text(int words, std::size_t length) {
  Rng rng(9);
  std::vector<WordId> text = {sentence_begin};
  while (text.size() < length) {
    const auto word = static_cast<WordId>(rng.below(static_cast<std::uint64_t>(words) + 3));
    text.push_back(word);
    if (word == sentence_end) text.push_back(sentence_begin);
  }
  return text;
}

void check_equal(const Scored& a, const Scored& b) {
  CHECK(a.log10_p == b.log10_p);
  CHECK(a.word == b.word);
  CHECK(int{a.length} == int{b.length});
}

std::string all_lines(const Model& model, const std::string& file, const ScoreSettings& settings,
                      Totals* totals = nullptr) {
  std::string out;
  TextReader text(file);
  const auto sum = score_text(model, text, settings,
                              {[](const ScoredLine& line, std::string& to) {
                                 for (std::size_t i = 0; i < line.words.size(); ++i) {
                                   to += std::string(line.words[i]) + ":" +
                                         std::to_string(line.scored[i].log10_p) + " ";
                                 }
                                 if (line.ends) to += std::to_string(line.number) + "\n";
                               },
                               [&out](std::string_view some) { out += some; },
                               {}});
  if (totals != nullptr) *totals = sum;
  return out;
}

}  // namespace

TEST_CASE("Scores are those of the definition, one by one and many at once", "[ngram][score]") {
  for (const int order : {1, 2, 3, 5, 9}) {
    for (const float absent : {0.0F, -0.4F}) {
      const Grams grams = random_grams(order, 9, 400, static_cast<std::uint64_t>(order));
      Tables tables = tables_of(letters(9), grams, order);
      tables.about.absent_bow = absent;
      const Model model = Model::of(tables);
      const Scorer scorer(model);
      const auto text = random_text(9, 3000);
      std::vector<Scored> scored(text.size());
      Scorer::State state, one;
      Rng rng(1);
      for (std::size_t at = 0; at < text.size();) {  // in calls of any size
        const std::size_t count = std::min(text.size() - at, 1 + rng.below(700));
        scorer.score(std::span(text).subspan(at, count), std::span(scored).subspan(at, count),
                     state);
        at += count;
      }
      for (std::size_t i = 0; i < text.size(); ++i) {
        const Scored plain = scorer.score(one, text[i], one);
        check_equal(scored[i], plain);
        if (text[i] == sentence_begin) {
          CHECK(int{plain.length} == 0);
        } else {
          check_equal(plain, definition(grams, order, absent, text, i));
        }
      }
      CHECK(state.length == one.length);
    }
  }
}

TEST_CASE("Quantized models and words that are none are scored alike both ways", "[ngram][score]") {
  const Model model = Model::of(random_tables(3, 40, 4000, 4), Values::quantized);
  const Scorer scorer(model);
  std::vector<WordId> text = random_text(60, 1000);  // 43 .. 62 are beyond the vocabulary
  std::vector<Scored> scored(text.size());
  Scorer::State state = scorer.begin(), one = scorer.begin();
  scorer.score(text, scored, state);
  for (std::size_t i = 0; i < text.size(); ++i) {
    check_equal(scored[i], scorer.score(one, text[i], one));
    if (text[i] > 42) CHECK(scored[i].word == unknown);
  }
  const auto after = scorer.after(std::vector<WordId>{sentence_begin, 5, 6, 7});
  CHECK(after.length == 2);
  CHECK(after.words[0] == 7);
}

TEST_CASE("Totals are KenLM's and SRILM's", "[ngram][score]") {
  Totals t;
  t.add(Scored{-1, 5, 2});
  t.add(Scored{-3, unknown, 1});
  t.add(Scored{-99, 7, 1});
  t.add(Scored{-2, sentence_end, 2});
  t.sentences = t.ends = 1;
  t.characters = 10;
  CHECK(t.perplexity() == Approx(std::pow(10, 105.0 / 4)));
  CHECK(t.perplexity_known() == Approx(std::pow(10, 102.0 / 3)));
  CHECK(t.perplexity_possible() == Approx(std::pow(10, 1.5)));
  CHECK(t.perplexity_words() == Approx(1000));
  CHECK(t.bits_per_token() == Approx(105.0 / 4 * std::log2(10)));
  CHECK(t.bits_per_character() == Approx(10.5 * std::log2(10)));
  CHECK((t.hits[1] == 2 && t.hits[2] == 2));
  CHECK(std::isnan(Totals().perplexity()));
}

TEST_CASE("A text is scored alike by any number of threads", "[ngram][score]") {
  const Folder folder;
  const Model model = Model::of(random_tables(3, 20, 400, 4));
  Rng rng(1);
  std::string text;
  for (int i = 0; i < 60000; ++i) {
    text += "w" + std::to_string(rng.below(24)) + (rng.below(8) == 0 ? "\n" : " ");
  }
  write_file(folder / "t", text);
  Totals one, many;
  const std::string out = all_lines(model, folder / "t", {}, &one);
  set_threads(3);
  CHECK(all_lines(model, folder / "t", {}, &many) == out);
  set_threads(1);
  CHECK(one.log10_p == many.log10_p);
  CHECK(one.tokens == many.tokens);
  CHECK(one.characters == std::ssize(text) + 1);  // the last line has no end
  CHECK(one.tokens == 60000 + one.sentences);
}

TEST_CASE("A long line has the score of its words", "[ngram][score]") {
  const Folder folder;
  const Model model = Model::of(random_tables(3, 20, 400, 4));
  std::string line = "w1";
  for (int i = 0; i < 400000; ++i) line += " w" + std::to_string(i * 7L % 1001 % 17);
  write_file(folder / "t", "w3 w4\n" + line + "\nw5");
  Totals totals;
  const std::string out = all_lines(model, folder / "t", {}, &totals);
  CHECK(totals.sentences == 3);
  CHECK(totals.tokens == 2 + 400001 + 1 + 3);
  CHECK(std::count(out.begin(), out.end(), ':') == totals.tokens);
  const Scorer scorer(model);
  auto state = scorer.begin();
  const auto& words = model.vocabulary();
  scorer.score(state, words.id("w1"), state);
  double sum = 0;
  for (int i = 0; i < 400000; ++i) {
    const auto s = scorer.score(state, words.id("w" + std::to_string(i * 7L % 1001 % 17)), state);
    sum += static_cast<double>(s.log10_p);
  }
  CHECK(totals.log10_p == Approx(sum).epsilon(1e-4));
}

TEST_CASE("Bounds, empty lines and NUL bytes", "[ngram][score]") {
  const Folder folder;
  const Model model = Model::of(random_tables(2, 20, 400, 4));
  write_file(folder / "t", std::string("w1 w2\n\n \t\r\nw\0 w3\n", 17));
  Totals t;
  all_lines(model, folder / "t", {}, &t);
  CHECK((t.sentences == 4 && t.tokens == 8 && t.unknown == 1));
  const std::string skipped = all_lines(model, folder / "t", {.skip_empty = true}, &t);
  CHECK((t.sentences == 2 && t.tokens == 6));
  all_lines(model, folder / "t", {.bounds = false}, &t);
  CHECK((t.sentences == 4 && t.tokens == 4 && t.ends == 0));
}

TEST_CASE("<s> and </s> in a text are refused, or without bounds obeyed", "[ngram][score]") {
  const Folder folder;
  const Model model = Model::of(random_tables(2, 20, 400, 4));
  write_file(folder / "t", "w1 w2\nw3 </s> <s> w4\n");
  CHECK(failure([&] { all_lines(model, folder / "t", {}); }, Exit::data) ==
        (folder / "t") +
            ":2:4: '</s>' stands for the end of a sentence, which each line has by itself: take "
            "it out, or use --no-bounds");
  Totals t;
  all_lines(model, folder / "t", {.bounds = false}, &t);
  CHECK(t.tokens == 5);  // <s> has no score
}

}  // namespace dlt::test
