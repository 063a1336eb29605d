#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lexicon/edit_index.h"
#include "lexicon/error_model.h"
#include "lexicon/lexicon.h"

namespace dlt::lexicon {

struct Suggestion {
  ngram::WordId word;
  int edits;
  double log_p;       // ln P(word) + ln P(written | word)
  double confidence;  // among all that is within reach
};

struct Change {
  std::size_t column;  // in characters, from 1
  std::string from, to;
  double confidence;  // given the rest of the corrected line
};
struct Correction {
  std::string text;
  std::vector<Change> changes;
};

// Corrects words: the likeliest w for what was written, P(w) P(written | w). Capitals are not
// looked at; what is put in gets those of what was written. Words with digits and words longer
// than longest_word are left alone.
class Speller {
 public:
  Speller(const Lexicon& lexicon, int edits, const ErrorModel& errors = {});

  // Best first, at most `count`. A word of the lexicon finds itself with 0 edits.
  std::vector<Suggestion> suggest(std::string_view word, std::size_t count) const;

  // The likeliest line: words are judged by those before and after them, so that words that are
  // right elsewhere are corrected too (a beam search; with a list of words each stands alone).
  Correction correct(std::string_view line);

  bool knows(std::string_view word) const { return own_id(word) != ngram::unknown; }
  const Lexicon& lexicon() const { return lexicon_; }

 private:
  struct Option {
    ngram::WordId word;  // unknown: a new word, as it is written
    double channel;      // ln P(written | word); of a new word: ln P(written)
    int edits;
  };
  struct Token {  // a word of a line
    std::size_t begin, end;
    std::vector<Option> options;
  };

  ngram::WordId own_id(std::string_view word) const;
  std::vector<Option> options(std::string_view word) const;
  const std::vector<Option>& best_options(std::string_view word);
  std::vector<Token> tokens(std::string_view line);
  double step(const Lexicon::State& from, const Option& option, Lexicon::State& to) const;
  std::vector<std::size_t> decode(const Token* tokens, std::size_t count,
                                  Lexicon::State& state) const;
  double confidence(const std::vector<Token>& tokens, const std::vector<std::size_t>& chosen,
                    std::size_t at) const;

  Lexicon lexicon_;
  EditIndex index_;
  ErrorModel errors_;
  std::unordered_map<std::string, std::vector<Option>> seen_;  // best_options of words of lines
};

}  // namespace dlt::lexicon
