#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::models {

// A network over tokens, of which one may ask how far back its losses reach.
class GradientFlow {
 public:
  virtual ~GradientFlow() = default;
  // [d]: how much the loss at the last position of a window moves with the embedding of the token d
  // positions before it: the norm of that gradient, its mean over `windows` windows of
  // model.context tokens (fewer where there are not so many) spread over the held-out text, or over
  // the file `data` where it is not empty. How Bengio et al. (1994) show that gradients vanish.
  virtual std::vector<double> gradient_norms(const std::string& data, std::int64_t windows) = 0;
};

}  // namespace dlt::models
