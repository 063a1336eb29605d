#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "embed/fold.h"

namespace dlt::embed {

// How well cosines order pairs of words as people did (WordSim-353 and its like).
struct Similarity {
  std::string file;
  std::optional<double> spearman, pearson;        // nothing with fewer than two different pairs
  std::int64_t pairs = 0, used = 0, unknown = 0;  // unknown: a word of the pair is not there
};

enum class Unknown : std::uint8_t { left_out, zero };  // pairs with an unknown word: cosine 0

// Lines "word<TAB>word<TAB>score"; empty ones and those that begin with # are passed over.
// Exit::data with file and line where one is none.
Similarity measure_similarity(const Vectors& vectors, const TestWords& words,
                              const std::string& file, Unknown unknown);

}  // namespace dlt::embed
