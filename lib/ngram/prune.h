#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ngram/levels.h"
#include "ngram/model.h"

// Relative-entropy pruning: A. Stolcke, Entropy-based Pruning of Backoff Language Models, 1998.
namespace dlt::ngram {

// Every n-gram of a model with the loss of the perplexity that its removal brings. Words stay, and
// no n-gram goes before all longer ones that begin or end with it.
class Pruning {
 public:
  // `history`: a model whose probabilities of contexts are better than a Kneser-Ney model's own
  // (its lower orders are no marginals); null: the model itself.
  explicit Pruning(const Model& model, const Model* history = nullptr);

  // n-grams of each length that are left if all go that raise the perplexity by less than the
  // factor 1 + threshold.
  std::vector<std::uint64_t> counts(double threshold) const;
  // The smallest threshold whose counts fit; infinity if none's do. Fewer must fit if more do.
  double threshold(const std::function<bool(std::span<const std::uint64_t>)>& fits) const;

  // Without those n-grams; back-off weights are such that the sums of each context stay.
  Tables at(double threshold) const;

  const Tables& whole() const { return tables_; }

 private:
  void set_losses(int n, std::span<const double> log_history);
  void keep_what_longer_ones_need();
  void set_weights(int n, double threshold, std::vector<float>& weights) const;

  Tables tables_;
  // [n - 1], n >= 2
  std::vector<Array<Node>> contexts_;
  std::vector<std::vector<float>> losses_;  // of the n-gram and of the longer ones that need it
};

Tables prune(const Model& model, double threshold, const Model* history = nullptr);

}  // namespace dlt::ngram
