#pragma once

#include <span>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace dlt::models {

// A model that tells to which class a text belongs.
class TextClasses {
 public:
  virtual ~TextClasses() = default;
  virtual const std::vector<std::string>& labels() const = 0;
  virtual Tensor probabilities(std::span<const std::string> texts) const = 0;  // [texts, labels]
};

}  // namespace dlt::models
