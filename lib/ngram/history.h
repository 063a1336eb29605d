#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ngram/levels.h"
#include "ngram/score.h"

namespace dlt::ngram {

// Probabilities of contexts as sequences of words, p(w1) p(w2|w1) ..., in natural logarithms.
// <s> counts as often as </s>.
class HistoryModel {
 public:
  // Of the words of `vocabulary` by `model`; null: by the tables themselves.
  HistoryModel(const Vocabulary& vocabulary, const Model* model);

  std::vector<double> of_words(const Tables& tables) const;
  // Of each node of level n; `contexts`: those of the level, `shorter`: of the nodes of level
  // n - 1. What has no context gets an impossible one.
  std::vector<double> longer(const Tables& tables, int n, std::span<const Node> contexts,
                             std::span<const double> shorter) const;

 private:
  std::vector<float> last_words(const Tables& tables, int n) const;

  std::optional<Scorer> scorer_;
  std::vector<WordId> ids_;  // of the words in the other model
};

}  // namespace dlt::ngram
