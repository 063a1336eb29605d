#pragma once

#include <string>

#include "nn/linear.h"
#include "ops/conv.h"

// Convolutions that own their weights, which start as PyTorch's do.
namespace dlt::nn {

// x [n, in, time].
class Conv1d {
 public:
  Conv1d(const Scope& s, std::int64_t in, std::int64_t out, std::int64_t kernel,
         const ops::Conv1d& options = {}, Bias bias = Bias::yes);

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    return ops::conv1d(x, weight_, bias_, options_);
  }
  const Tensor& weight() const { return weight_; }

 private:
  std::string path_;
  ops::Conv1d options_;
  Tensor weight_, bias_;
};

// x [n, in, height, width].
class Conv2d {
 public:
  Conv2d(const Scope& s, std::int64_t in, std::int64_t out, ops::Pair kernel,
         const ops::Conv& options = {}, Bias bias = Bias::yes);

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    return ops::conv2d(x, weight_, bias_, options_);
  }
  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }  // undefined without one

 private:
  std::string path_;
  ops::Conv options_;
  Tensor weight_, bias_;
};

class ConvTranspose2d {
 public:
  // Without an `init`, PyTorch's; see bilinear() for another.
  ConvTranspose2d(const Scope& s, std::int64_t in, std::int64_t out, ops::Pair kernel,
                  const ops::ConvTranspose& options = {}, Bias bias = Bias::yes,
                  const Init& init = {});

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    return ops::conv_transpose2d(x, weight_, bias_, options_);
  }
  const Tensor& weight() const { return weight_; }

 private:
  std::string path_;
  ops::ConvTranspose options_;
  Tensor weight_, bias_;
};

}  // namespace dlt::nn
