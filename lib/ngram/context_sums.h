#pragma once

#include <span>
#include <vector>

#include "ngram/levels.h"

namespace dlt::ngram {

// For each context h, a node of level n - 1, over the words w that are stored after it: the sums
// of p(w|h) and of p(w|h'), h' being h without its first word. ("h' w" is the parent of "h w".)
struct ContextSums {
  std::vector<double> own, shorter;
};
// `contexts`: those of level n, as contexts() gives them; n >= 2.
ContextSums context_sums(const Tables& tables, int n, std::span<const Node> contexts);

// A difference of sums of so many float32 values is 0 up to rounding if it is below this.
constexpr double rounding = 3e-7;

}  // namespace dlt::ngram
