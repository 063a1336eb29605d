#include "commands/ngram_spell.h"

#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numbers>

#include "base/error.h"
#include "base/utf8.h"
#include "commands/ngram_words.h"
#include "lexicon/letters.h"
#include "lexicon/speller.h"
#include "ngram/unit.h"

namespace dlt::app {
namespace {

using lexicon::Speller;
using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

lexicon::ErrorModel error_model(const std::string& file) {
  if (file.empty()) return {};
  std::vector<lexicon::ErrorModel::Pair> pairs;
  for (const auto& m : lexicon::read_misspellings(file)) {
    pairs.push_back(
        {lexicon::folded(lexicon::letters(m.wrong)), lexicon::folded(lexicon::letters(m.right))});
  }
  return lexicon::ErrorModel::learn(pairs);
}

void print_suggestions(const Speller& speller, std::string_view word, const NgramSpellOptions& o) {
  const auto count = static_cast<std::size_t>(o.top == 0 ? 5 : o.top);
  const auto suggestions = speller.suggest(word, count);
  const auto shown = [&](const lexicon::Suggestion& s) {
    return lexicon::with_capitals_of(word, speller.lexicon().word(s.word));
  };
  if (o.json) {
    ordered_json list = ordered_json::array();
    for (const auto& s : suggestions) {
      list.push_back({{"word", shown(s)},
                      {"edits", s.edits},
                      {"confidence", s.confidence},
                      {"log10_p", s.log_p / std::numbers::ln10}});
    }
    fmt::print("{}\n", ordered_json{{"word", word}, {"suggestions", list}}.dump());
    return;
  }
  for (const auto& s : suggestions) {
    fmt::print("{}\t{}\t{}\t{:.4f}\n", word, shown(s), s.edits, s.confidence);
  }
  if (suggestions.empty()) {
    fmt::print("{}\t-\n", word);
    if (lexicon::letters(word).size() > lexicon::longest_word) {
      fmt::print(stderr, "'{}' has more than {} characters: such words are not corrected\n",
                 printable(word), lexicon::longest_word);
    }
  }
}

enum class Show : bool { text, changes };

void print_correction(Speller& speller, std::string_view line, const NgramSpellOptions& o,
                      Show show) {
  const auto corrected = speller.correct(line);
  if (o.json) {
    ordered_json changes = ordered_json::array();
    for (const auto& c : corrected.changes) {
      changes.push_back(
          {{"column", c.column}, {"from", c.from}, {"to", c.to}, {"confidence", c.confidence}});
    }
    fmt::print(
        "{}\n",
        ordered_json{{"text", line}, {"corrected", corrected.text}, {"changes", changes}}.dump());
    return;
  }
  fmt::print("{}\n", corrected.text);
  if (show == Show::text) return;
  for (const auto& c : corrected.changes) {
    fmt::print(stderr, "{}: {} -> {}, {:.1f} % sure\n", c.column, c.from, c.to, 100 * c.confidence);
  }
}

void print_text(Speller& speller, std::string_view text, const NgramSpellOptions& o) {
  std::vector<std::string_view> words;
  ngram::Tokens tokens(text, ngram::Unit::words);
  for (std::string_view word; tokens.next(word);) words.push_back(word);
  const bool typed = !o.texts.empty();
  if (o.top > 0 || (typed && words.size() == 1)) {
    for (std::string_view word : words) print_suggestions(speller, word, o);
  } else {
    print_correction(speller, text, o, typed || o.verbose ? Show::changes : Show::text);
  }
}

struct Measured {
  std::int64_t count = 0, right = 0, in_top = 0, missing = 0;
  double seconds = 0;
  double share(std::int64_t of) const {
    return static_cast<double>(of) / static_cast<double>(count);
  }
};

Measured measure(const Speller& speller, const NgramSpellOptions& o) {
  Measured m;
  const auto pairs = lexicon::read_misspellings(o.test);
  const auto start = Clock::now();
  for (const auto& pair : pairs) {
    const auto found =
        speller.suggest(pair.wrong, static_cast<std::size_t>(o.top == 0 ? 5 : o.top));
    const auto is_right = [&](const lexicon::Suggestion& s) {
      return lexicon::folded(lexicon::letters(speller.lexicon().word(s.word))) ==
             lexicon::folded(lexicon::letters(pair.right));
    };
    const bool right = !found.empty() && is_right(found[0]);
    ++m.count;
    m.right += right;
    m.in_top += std::ranges::any_of(found, is_right);
    m.missing += !speller.knows(pair.right);
    if (!right && o.verbose) {
      fmt::print(stderr, "{}: wanted {}{}, got {}\n", pair.wrong, pair.right,
                 speller.knows(pair.right) ? "" : " (not in the list)",
                 found.empty() ? "nothing" : speller.lexicon().word(found[0].word));
    }
  }
  m.seconds = seconds_since(start);
  return m;
}

void print_measured(const Measured& m, double index_seconds, const Speller& speller,
                    const NgramSpellOptions& o) {
  const auto words = speller.lexicon().size() - ngram::first_word;
  const double speed = static_cast<double>(m.count) / m.seconds;
  const std::int64_t top = o.top == 0 ? 5 : o.top;
  if (o.json) {
    fmt::print("{}\n", ordered_json{{"misspellings", m.count},
                                    {"correct", m.right},
                                    {"accuracy", m.share(m.right)},
                                    {"top", top},
                                    {"accuracy_in_top", m.share(m.in_top)},
                                    {"unknown", m.missing},
                                    {"words", words},
                                    {"index_seconds", index_seconds},
                                    {"words_per_second", speed}}
                           .dump(2));
    return;
  }
  fmt::print("misspellings  {}\ncorrect       {}\naccuracy      {:.2f} %\n", m.count, m.right,
             100 * m.share(m.right));
  fmt::print("among {:<7} {:.2f} %\nunknown       {} of the right words are not in the list\n", top,
             100 * m.share(m.in_top), m.missing);
  fmt::print("index         {} words in {:.2f} s\nspeed         {:.0f} words/s\n", words,
             index_seconds, speed);
}

}  // namespace

void ngram_spell(const NgramSpellOptions& o) {
  const auto errors = error_model(o.errors);
  const auto words = open_lexicon(o.dict, o.lm);
  const auto start = Clock::now();
  Speller speller(words, static_cast<int>(o.edits), errors);
  const double index_seconds = seconds_since(start);
  if (o.test.empty()) {
    each_text(o.texts, [&](std::string_view text, auto) { print_text(speller, text, o); });
    return;
  }
  require(o.texts.empty(), Exit::usage, "--test takes its words from a file: leave out '{}'",
          printable(o.texts.empty() ? "" : o.texts[0]));
  print_measured(measure(speller, o), index_seconds, speller, o);
}

}  // namespace dlt::app
