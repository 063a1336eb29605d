#pragma once

#include <string>

#include "base/error.h"
#include "nn/init.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"

namespace dlt::nn {

enum class Bias : bool { no, yes };

// y [..., out] = activation(x [..., in] W^T + b).
class Linear {
 public:
  Linear(const Scope& s, std::int64_t in, std::int64_t out, Bias bias, const Init& init)
      : path_(s.path()), weight_(s.param("weight", {out, in}, init)) {
    if (bias == Bias::yes) bias_ = s.param("bias", {out}, zeros());
  }
  // Starts as torch.nn.Linear does.
  Linear(const Scope& s, std::int64_t in, std::int64_t out, Bias bias = Bias::yes)
      : path_(s.path()), weight_(s.param("weight", {out, in}, fan_in_uniform(in))) {
    if (bias == Bias::yes) bias_ = s.param("bias", {out}, fan_in_uniform(in));
  }

  Tensor operator()(const Tensor& x, ops::Activation activation = ops::Activation::none) const {
    const Frame frame("layer", path_);
    return ops::linear(x, weight_, bias_, activation);
  }
  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }  // undefined without one

 private:
  std::string path_;
  Tensor weight_;
  Tensor bias_;
};

}  // namespace dlt::nn
