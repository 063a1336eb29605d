#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"
#include "ngram/model.h"
#include "ngram/score.h"

// How far n-gram models, and what they say of a text, are apart. Errors are in log10.
namespace dlt::check {

// Three outcomes, "<name>: n-grams", "... probabilities", "... back-off weights": the same n-grams,
// with the same numbers up to `tolerance`. Fillers (ngram/levels.h) are none; the probability of
// <s> is of no meaning.
std::vector<Outcome> compare(const std::string& name, const ngram::Tables& got,
                             const ngram::Tables& expected, double tolerance);

// A score with its word as the text has it.
struct ScoredWord {
  std::string word;
  int length = 0;
  double log10_p = 0;
};
// The same words, lengths of n-grams, and log10 probabilities up to `tolerance`.
Outcome compare(const std::string& name, const std::vector<ScoredWord>& got,
                const std::vector<ScoredWord>& expected, double tolerance);

// A score for each token of the sentences, the lines of a text.
std::vector<ScoredWord> score_lines(const ngram::Model& model, const std::string& file,
                                    ngram::Totals& totals);

}  // namespace dlt::check
