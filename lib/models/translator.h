#pragma once

#include <string>
#include <vector>

#include "models/seq2seq/search.h"
#include "train/metrics.h"

namespace dlt::models {

struct Translation {
  std::string text;
  double score = 0;  // see SearchOptions::length_penalty
};

// Held-out pairs, and what became of their sources.
struct Translated {
  train::Metrics metrics;  // loss, perplexity; bleu and chrf (0 .. 100), exact (0 .. 1)
  std::string bleu_line, bleu_signature, chrf_signature;
  std::vector<std::string> sources, references, outputs;
};

// A model that turns lines of text into lines of text.
class Translator {
 public:
  virtual ~Translator() = default;

  // Blank lines stay blank. A line that is not UTF-8, that the vocabulary has not, or that is
  // longer than the model can take is an Error (Exit::data) that names its number, first_line being
  // that of lines[0].
  virtual std::vector<Translation> translate(const std::vector<std::string>& lines,
                                             std::int64_t first_line,
                                             const SearchOptions& options) const = 0;

  // Of the lines of two files, of a file of source<TAB>target lines (`reference` is "" then), or of
  // what the run held out (both are ""). `tokenize`: see eval::BleuOptions.
  virtual Translated measure(const std::string& source, const std::string& reference,
                             const SearchOptions& options, const std::string& tokenize) const = 0;

  // What the config says of evaluations.
  virtual SearchOptions search_options() const = 0;
  virtual std::string bleu_tokenize() const = 0;
};

}  // namespace dlt::models
