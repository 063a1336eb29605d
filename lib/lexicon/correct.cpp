#include <algorithm>
#include <cmath>

#include "lexicon/letters.h"
#include "lexicon/speller.h"
#include "text/utf8.h"

namespace dlt::lexicon {
namespace {

constexpr std::size_t most_options = 12;          // of a word
constexpr std::size_t most_remembered = 1 << 16;  // words
constexpr std::size_t beam = 48;                  // histories kept
constexpr std::size_t stretch = 1000;  // words searched together; longer lines bit by bit

struct Character {
  char32_t value;
  std::size_t begin, end;
};

std::vector<Character> characters(std::string_view line) {
  std::vector<Character> all;
  for (std::size_t at = 0; at < line.size();) {
    const auto point = text::code_point_at(line, at);
    const std::size_t end = at + static_cast<std::size_t>(point.bytes);
    all.push_back({point.value, at, end});
    at = end;
  }
  return all;
}

bool is_apostrophe(char32_t c) { return c == U'\'' || c == 0x2019; }
bool is_letter(char32_t c) {
  const Script script = script_of(c);
  return script == Script::letter || script == Script::ideograph;
}

// A word that a digit or one of these touches is part of a name, an address, a number.
bool glues(char32_t c) {
  return script_of(c) == Script::digit || c == '_' || c == '@' || c == '/' || c == '\\';
}
bool is_glued(const std::vector<Character>& all, std::size_t begin, std::size_t end) {
  const auto dot = [&](std::size_t at) { return all[at].value == '.' || all[at].value == ':'; };
  const auto goes_on = [&](std::size_t at) {
    return is_letter(all[at].value) || glues(all[at].value);
  };
  if (begin > 0 &&
      (glues(all[begin - 1].value) || (begin > 1 && dot(begin - 1) && goes_on(begin - 2)))) {
    return true;
  }
  return end < all.size() &&
         (glues(all[end].value) || (end + 1 < all.size() && dot(end) && goes_on(end + 1)));
}

struct Path {
  Lexicon::State state;
  double score = 0;
  std::size_t before = 0, option = 0;
};

}  // namespace

// The likeliest of options(), and what is written, however rare it is. Texts repeat their words.
const std::vector<Speller::Option>& Speller::best_options(std::string_view word) {
  if (seen_.size() == most_remembered) seen_.clear();
  const auto [at, is_new] = seen_.try_emplace(std::string(word));
  std::vector<Option>& best = at->second;
  if (!is_new) return best;
  best = options(word);
  if (best.size() <= most_options) return best;
  const auto own = std::ranges::find(best, 0, &Option::edits);
  if (own - best.begin() >= static_cast<std::ptrdiff_t>(most_options)) {
    best[most_options - 1] = *own;
  }
  best.resize(most_options);
  best.shrink_to_fit();
  return best;
}

std::vector<Speller::Token> Speller::tokens(std::string_view line) {
  const auto all = characters(line);
  std::vector<Token> found;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!is_letter(all[at].value)) continue;
    const std::size_t begin = at;
    while (at < all.size() &&
           (is_letter(all[at].value) || (is_apostrophe(all[at].value) && at + 1 < all.size() &&
                                         is_letter(all[at + 1].value)))) {
      ++at;
    }
    Token token{all[begin].begin, all[at - 1].end, {}};
    const std::string_view word = line.substr(token.begin, token.end - token.begin);
    if (at - begin > longest_word || is_glued(all, begin, at)) {
      token.options = {{own_id(word), 0, 0}};
    } else {
      token.options = best_options(word);
    }
    found.push_back(std::move(token));
  }
  return found;
}

double Speller::step(const Lexicon::State& from, const Option& option, Lexicon::State& to) const {
  const double log_p = lexicon_.log_p(from, option.word, to);
  return option.channel + (option.word == ngram::unknown ? 0 : log_p);
}

// The best option of each token; `state` is the history before and then behind them.
std::vector<std::size_t> Speller::decode(const Token* tokens, std::size_t count,
                                         Lexicon::State& state) const {
  std::vector<std::vector<Path>> columns = {{{state, 0, 0, 0}}};
  for (std::size_t t = 0; t < count; ++t) {
    std::vector<Path> next;
    for (std::size_t p = 0; p < columns[t].size(); ++p) {
      for (std::size_t o = 0; o < tokens[t].options.size(); ++o) {
        Path path{{}, columns[t][p].score, p, o};
        path.score += step(columns[t][p].state, tokens[t].options[o], path.state);
        next.push_back(path);
      }
    }
    keep_best(next, beam);
    columns.push_back(std::move(next));
  }
  std::size_t at = 0;
  double best = -HUGE_VAL;
  for (std::size_t p = 0; p < columns[count].size(); ++p) {
    Lexicon::State ignored;
    const double score = columns[count][p].score +
                         lexicon_.log_p(columns[count][p].state, ngram::sentence_end, ignored);
    if (score > best) best = score, at = p;
  }
  state = columns[count][at].state;
  std::vector<std::size_t> chosen(count);
  for (std::size_t t = count; t > 0; --t) {
    chosen[t - 1] = columns[t][at].option;
    at = columns[t][at].before;
  }
  return chosen;
}

// P(option | all other words as chosen): what differs is the word and those it is a history of.
double Speller::confidence(const std::vector<Token>& tokens, const std::vector<std::size_t>& chosen,
                           std::size_t at) const {
  const auto reach = static_cast<std::size_t>(lexicon_.order() - 1);
  Lexicon::State state = lexicon_.begin(), next;
  for (std::size_t t = at > reach ? at - reach : 0; t < at; ++t) {
    step(state, tokens[t].options[chosen[t]], next);
    state = next;
  }
  std::vector<double> scores;
  for (const Option& option : tokens[at].options) {
    Lexicon::State here;
    double score = step(state, option, here);
    for (std::size_t t = at + 1; t <= at + reach; ++t) {
      if (t == tokens.size()) {
        score += lexicon_.log_p(here, ngram::sentence_end, next);
        break;
      }
      score += step(here, tokens[t].options[chosen[t]], next);
      here = next;
    }
    scores.push_back(score);
  }
  double sum = 0;
  for (double score : scores) sum += std::exp(score - scores[chosen[at]]);
  return 1 / sum;
}

Correction Speller::correct(std::string_view line) {
  const std::vector<Token> all = tokens(line);
  std::vector<std::size_t> chosen;
  Lexicon::State state = lexicon_.begin();
  for (std::size_t t = 0; t < all.size(); t += stretch) {
    const auto part = decode(all.data() + t, std::min(stretch, all.size() - t), state);
    chosen.insert(chosen.end(), part.begin(), part.end());
  }
  Correction result;
  std::size_t copied = 0, column = 1;
  for (std::size_t t = 0; t < all.size(); ++t) {
    const Option& option = all[t].options[chosen[t]];
    if (option.edits == 0) continue;
    const std::string_view between = line.substr(copied, all[t].begin - copied);
    const std::string_view from = line.substr(all[t].begin, all[t].end - all[t].begin);
    const std::string to = with_capitals_of(from, lexicon_.word(option.word));
    result.text += between;
    result.text += to;
    column += letters(between).size();
    result.changes.push_back({column, std::string(from), to, confidence(all, chosen, t)});
    column += letters(from).size();
    copied = all[t].end;
  }
  result.text += line.substr(copied);
  return result;
}

}  // namespace dlt::lexicon
