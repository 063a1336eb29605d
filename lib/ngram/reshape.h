#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ngram/levels.h"
#include "ngram/model.h"

// Models made of models.
namespace dlt::ngram {

// Sets every back-off weight to (1 - sum of p(w|h)) / (1 - sum of p(w|h')) over the stored w, so
// that each context's probabilities sum to 1. Where h' leaves nothing to back off to, or more than
// 1 is stored, the stored probabilities are scaled. n-grams whose context is not stored stay as
// they are.
void normalize(Tables& tables);

// Exit::usage for a stupid back-off model: its scores are no probabilities. `name`: of its file.
void require_distribution(const Model& model, const std::string& name);

// sum_i weights[i] p_i(w | h) for every n-gram that one of the models has, normalized. A model's
// words outside its vocabulary share its <unk> probability evenly with <unk>. What no model has
// backs off, which is what mixing while scoring gives only nearly. Models of weight 0 are left
// out. Exit::usage: models of different units.
Tables mix(const std::vector<Model>& models, const std::vector<double>& weights);

// Weights that make a text likeliest, by EM (Jelinek & Mercer 1980) from equal ones, and what the
// text says of the models and of their mix, each over the words of all.
struct Tuning {
  std::vector<double> weights;
  std::vector<double> perplexity;  // of each model
  double mixed = 0;                // perplexity with these weights
  std::uint64_t tokens = 0;        // </s> among them
  int rounds = 0;
};
// "-": standard input. Exit::data: no text.
Tuning tune_weights(const std::vector<Model>& models, const std::string& text_file);

// What is wrong with a model as a distribution: contexts whose probabilities do not sum to 1.
struct Audit {
  std::uint64_t contexts = 0;  // looked at: of each length all, or `most` drawn evenly
  double worst = 0;            // largest |sum - 1|
  std::string worst_context;   // its words, oldest first
  std::uint64_t orphans = 0;   // n-grams whose context is not stored and so cannot sum to 1
};
// The sums are over all words, as scoring gives them.
Audit audit(const Model& model, std::uint64_t most);

}  // namespace dlt::ngram
