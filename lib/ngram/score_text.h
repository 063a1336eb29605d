#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "ngram/corpus.h"
#include "ngram/score.h"

// Scoring of text, a sentence a line.
namespace dlt::ngram {

struct ScoreSettings {
  bool bounds = true;       // each line begins behind <s> and ends with </s>
  bool skip_empty = false;  // lines without tokens are no sentences
};

// A line, or, of one of very many tokens, the next part of it.
struct ScoredLine {
  std::string_view text;
  std::int64_t number = 1;
  std::span<const std::string_view> words;  // as they stand in the text, and </s>
  std::span<const Scored> scored;           // of each of them
  std::string_view before;                  // the token in front of them, "" at the beginning
  bool ends = true;                         // this is the last part
  Totals totals;                            // of the line, up to here; no sentence: it was skipped
};

// The lines of a block, one after the other. Exit::data, with file, line and column, for <s> and
// </s> in the text, unless without bounds: then <s> begins anew and has no score.
void score_lines(const Scorer& scorer, const Model& model, const Block& block,
                 const ScoreSettings& settings, const std::function<void(const ScoredLine&)>& take);

struct ScoredText {
  // What is printed of a line, appended to `out`; called by several threads. Null: nothing.
  std::function<void(const ScoredLine& line, std::string& out)> format;
  std::function<void(std::string_view out)> write;  // in the order of the text
  std::function<void(const Totals& line)> line;     // each, in order. May be null
};
// A whole text by all threads; what comes out does not depend on their number. As soon as there
// are whole lines they are scored and written.
Totals score_text(const Model& model, TextReader& text, const ScoreSettings& settings,
                  const ScoredText& use);

}  // namespace dlt::ngram
