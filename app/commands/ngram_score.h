#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

enum class ScoreFormat : std::uint8_t { kenlm, srilm, json };
enum class ScoreDetail : std::uint8_t { word, sentence, document, summary };

struct NgramScoreOptions {
  std::string lm;
  std::vector<std::string> sentences;  // to be scored instead of a text
  std::string text = "-";              // a file; "-": standard input
  ScoreFormat format = ScoreFormat::kenlm;
  ScoreDetail detail = ScoreDetail::word;
  bool bounds = true, skip_empty = false;
};
void ngram_score(const NgramScoreOptions& options);

}  // namespace dlt::app
