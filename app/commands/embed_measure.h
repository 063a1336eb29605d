#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct EmbedAnalogyOptions {
  std::string vectors, questions;
  std::int64_t restrict_to = 30'000;  // the most frequent words; 0: all
  bool exact = false, json = false;
};
void embed_analogy(const EmbedAnalogyOptions& options);

struct EmbedSimilarityOptions {
  std::string vectors;
  std::vector<std::string> files;
  std::string unknown = "drop";  // or "zero"
  bool exact = false, json = false;
};
void embed_similarity(const EmbedSimilarityOptions& options);

}  // namespace dlt::app
