#pragma once

#include <string>

#include "embed/vectors.h"
#include "train/metrics.h"

namespace dlt::models {

// What vectors are worth by a file of pairs of words with scores ("spearman", "pearson", "pairs",
// "unknown_pairs") or of questions "a b c d" ("analogies_add", "analogies_mul", "questions",
// "unknown_questions"; among the 30,000 most frequent words). Figures of nothing are left out.
train::Metrics measure_vectors(const embed::Vectors& vectors, const std::string& file);

}  // namespace dlt::models
