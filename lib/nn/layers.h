#pragma once

#include <cmath>
#include <string>

#include "base/error.h"
#include "nn/context.h"
#include "nn/params.h"
#include "ops/ops.h"

// Layers are plain values: a constructor that makes parameters in a Scope, and a call operator.
// There is no base class; a model that owns layers is just a struct.
namespace dlt::nn {

enum class Bias : bool { no, yes };

// y [..., out] = activation(x [..., in] W^T + b).
class Linear {
 public:
  Linear(const Scope& s, std::int64_t in, std::int64_t out, Bias bias, const Init& init)
      : path_(s.path()), weight_(s.param("weight", {out, in}, init)) {
    if (bias == Bias::yes) bias_ = s.param("bias", {out}, zeros());
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

class LayerNorm {
 public:
  LayerNorm(const Scope& s, std::int64_t width, Bias bias, double epsilon)
      : path_(s.path()), epsilon_(epsilon), weight_(s.param("weight", {width}, ones())) {
    if (bias == Bias::yes) bias_ = s.param("bias", {width}, zeros());
  }

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    return ops::layer_norm(x, weight_, bias_, epsilon_);
  }

 private:
  std::string path_;
  double epsilon_;
  Tensor weight_;
  Tensor bias_;
};

class RmsNorm {
 public:
  RmsNorm(const Scope& s, std::int64_t width, double epsilon)
      : path_(s.path()), epsilon_(epsilon), weight_(s.param("weight", {width}, ones())) {}

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    return ops::rms_norm(x, weight_, epsilon_);
  }

 private:
  std::string path_;
  double epsilon_;
  Tensor weight_;
};

// One row of `width` numbers for each of `rows` ids.
class Embedding {
 public:
  Embedding(const Scope& s, std::int64_t rows, std::int64_t width, const Init& init)
      : path_(s.path()), weight_(s.param("weight", {rows, width}, init)) {}

  Tensor operator()(const Indices& ids) const {
    const Frame frame("layer", path_);
    return ops::embedding(weight_, ids);
  }
  const Tensor& weight() const { return weight_; }

 private:
  std::string path_;
  Tensor weight_;
};

}  // namespace dlt::nn
