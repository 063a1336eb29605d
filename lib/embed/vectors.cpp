#include "embed/vectors.h"

namespace dlt::embed {

WordIndex::WordIndex(const Vectors& vectors) {
  rows_.reserve(vectors.words.size());
  for (const std::string& word : vectors.words) {
    rows_.emplace(word, static_cast<std::int64_t>(rows_.size()));
  }
}

std::int64_t WordIndex::find(std::string_view word) const {
  const auto at = rows_.find(word);
  return at == rows_.end() ? -1 : at->second;
}

}  // namespace dlt::embed
