#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ngram/model.h"
#include "ngram/score.h"

// Models made of models.
namespace dlt::ngram {

// Sets every back-off weight to (1 - sum of p(w|h)) / (1 - sum of p(w|h')) over the stored w, so
// that each context's probabilities sum to 1.
void normalize(Tables& tables);

// Relative-entropy pruning (Stolcke 1998): removes n-grams, longest first, whose loss raises the
// perplexity by less than the factor 1 + threshold. `history`: a model whose probabilities of
// contexts are better than a Kneser-Ney model's own; null: the model itself.
Tables prune(const Model& model, double threshold, const Model* history = nullptr);

// sum_i weights[i] p_i(w | h). Words that a model lacks share its <unk> probability evenly.
Tables mix(const std::vector<Model>& models, const std::vector<double>& weights);

// Weights that make a text likeliest, by EM (Jelinek & Mercer 1980) from equal ones.
std::vector<double> tune_weights(const std::vector<Model>& models, const std::string& text_file);

// What is wrong with a model as a distribution: contexts whose probabilities do not sum to 1.
struct Audit {
  std::uint64_t contexts = 0;  // looked at: all, or `most` drawn evenly
  double worst = 0;            // largest |sum - 1|
  std::string worst_context;
};
Audit audit(const Model& model, std::uint64_t most);

}  // namespace dlt::ngram
