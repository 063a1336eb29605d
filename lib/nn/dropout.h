#pragma once

#include "nn/context.h"
#include "ops/elementwise.h"

namespace dlt::nn {

// Without a Training, so in evaluation, the identity.
class Dropout {
 public:
  explicit Dropout(double rate) : rate_(rate) {}

  Tensor operator()(const Tensor& x, Training* training) const {
    if (training == nullptr || rate_ == 0) return x;
    return ops::dropout(x, rate_, training->next_key());
  }

 private:
  double rate_;
};

}  // namespace dlt::nn
