#include "commands/ngram_next.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "ngram/unit.h"

namespace dlt::app {
namespace {

using namespace ngram;
using nlohmann::ordered_json;

constexpr std::int64_t default_tokens = 200;     // as `dlt generate`
constexpr std::int64_t longest_sentence = 1000;  // in tokens, where only sentences are counted

void print(std::string_view text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  require(written, "cannot write to standard output: {}", std::strerror(errno));
}

// The sentence that a text ends with: its words, and the beginning of one to complete.
struct Typed {
  std::vector<std::string> words;
  std::string prefix;
};
Typed typed(std::string_view text, Unit unit, bool complete) {
  text.remove_prefix(text.rfind('\n') + 1);  // npos + 1 = 0
  Typed result;
  std::string_view token;
  for (Tokens tokens(text, unit); tokens.next(token);) result.words.emplace_back(token);
  if (complete && !result.words.empty() && text.ends_with(result.words.back())) {
    result.prefix = std::move(result.words.back());
    result.words.pop_back();
  }
  return result;
}

Scorer::State after(const Model& model, const std::vector<std::string>& words) {
  std::vector<WordId> history = {sentence_begin};
  for (const auto& word : words) history.push_back(model.vocabulary().id(word));
  return Scorer(model).after(history);
}

std::string shown(const Model& model, WordId word) {
  std::string text;
  append_token(text, model.vocabulary().word(word), model.about().unit);
  return text;
}

using Next = std::function<std::vector<float>(const Scorer::State&)>;

std::string answer(const Model& model, const Next& next, const NgramSuggestOptions& o,
                   std::string_view text) {
  const Typed t = typed(text, model.about().unit, o.complete);
  const auto found = suggest(model.vocabulary(), next(after(model, t.words)), t.prefix,
                             static_cast<std::size_t>(o.top));
  if (!o.json) {
    std::string lines;
    for (const Suggestion& s : found) {
      lines += fmt::format("{:.6f}\t{}\n", s.probability, shown(model, s.word));
    }
    return lines;
  }
  auto list = ordered_json::array();
  for (const Suggestion& s : found) {
    list.push_back({{"word", shown(model, s.word)}, {"probability", s.probability}});
  }
  ordered_json all = {{"text", text}, {"prefix", t.prefix}, {"suggestions", std::move(list)}};
  return all.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void ngram_suggest(const NgramSuggestOptions& o) {
  const Model model = Model::open(o.lm);
  require(!o.complete || model.about().unit == Unit::words, Exit::usage,
          "--complete is for models of words, but '{}' is one of {}: leave it out", o.lm,
          model.about().unit == Unit::bytes ? "bytes" : "characters");
  bool first = true;
  const auto take = [&](std::string_view text, const Next& next) {
    const std::string separator = first || o.json ? "" : "\n";
    first = false;
    print(separator + answer(model, next, o, text));
  };
  const auto once = [&](const Scorer::State& state) { return next_words(model, state); };
  for (const std::string& text : o.texts) take(text, once);
  if (!o.texts.empty()) return;
  const NextWords many(model);
  for (std::string line; std::getline(std::cin, line);) {
    if (line.ends_with('\r')) line.pop_back();
    take(line, many);
  }
}

namespace {

// One line of output as it grows; only what is new is printed.
class Line {
 public:
  explicit Line(Unit unit) : unit_(unit) {}
  void add(std::string_view token) {
    const std::size_t before = text_.size();
    append_token(text_, token, unit_);
    print(std::string_view(text_).substr(before));
  }
  void end() {
    print("\n");
    text_.clear();
  }

 private:
  Unit unit_;
  std::string text_;
};

}  // namespace

void ngram_generate(const NgramGenerateOptions& o) {
  const Model model = Model::open(o.lm);
  const Scorer scorer(model);
  const NextWords next(model);
  const auto prompt = typed(o.prompt, model.about().unit, /*complete=*/false).words;
  const Scorer::State start = after(model, prompt);
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  const std::int64_t most = o.tokens > 0 ? o.tokens : o.sentences > 0 ? any : default_tokens;
  const std::int64_t most_a_sentence = o.tokens == 0 && o.sentences > 0 ? longest_sentence : any;
  Rng rng(o.seed);
  std::int64_t sentences = 0, tokens = 0;
  for (; tokens < most && (o.sentences == 0 || sentences < o.sentences); ++sentences) {
    Line line(model.about().unit);
    for (const auto& word : prompt) line.add(word);
    Scorer::State state = start;
    for (std::int64_t length = 0; tokens < most && length < most_a_sentence; ++length) {
      const WordId word = draw(next(state), o.draw, rng);
      ++tokens;
      if (word == sentence_end) break;
      line.add(model.vocabulary().word(word));
      scorer.score(state, word, state);
    }
    line.end();
  }
}

}  // namespace dlt::app
