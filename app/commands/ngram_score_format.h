#pragma once

#include <string>

#include "commands/ngram_score.h"
#include "ngram/score_text.h"

// What `dlt ngram score` prints, in the shape of KenLM's query, of SRILM's ngram -ppl, and as JSON
// lines.
namespace dlt::app {

// Of a line, word by word or its totals.
void append_line(std::string& out, const ngram::ScoredLine& line, ScoreFormat format,
                 ScoreDetail detail);
void append_document(std::string& out, std::int64_t number, const ngram::Totals& totals,
                     ScoreFormat format);
void append_summary(std::string& out, const std::string& name, const ngram::Totals& totals,
                    ScoreFormat format);

}  // namespace dlt::app
