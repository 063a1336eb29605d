#include "nn/conv.h"

namespace dlt::nn {
namespace {

// Weights and bias alike: by the inputs of one output element.
void make(const Scope& s, const Shape& shape, std::int64_t out, Bias bias, const Init& init,
          Tensor& weight_, Tensor& bias_) {
  const std::int64_t fan_in = shape.dim(0) > 0 ? shape.size() / shape.dim(0) : 0;
  weight_ = s.param("weight", shape, init ? init : fan_in_uniform(fan_in));
  if (bias == Bias::yes) bias_ = s.param("bias", {out}, fan_in_uniform(fan_in));
}

void check_groups(std::string_view op, std::int64_t in, std::int64_t out, std::int64_t groups) {
  require(groups > 0 && in % groups == 0 && out % groups == 0,
          "{}: {} input and {} output channels cannot be divided into {} groups", op, in, out,
          groups);
}

}  // namespace

Conv1d::Conv1d(const Scope& s, std::int64_t in, std::int64_t out, std::int64_t kernel,
               const ops::Conv1d& options, Bias bias)
    : path_(s.path()), options_(options) {
  check_groups("conv1d", in, out, options.groups);
  make(s, {out, in / options.groups, kernel}, out, bias, {}, weight_, bias_);
}

Conv2d::Conv2d(const Scope& s, std::int64_t in, std::int64_t out, ops::Pair kernel,
               const ops::Conv& options, Bias bias)
    : path_(s.path()), options_(options) {
  check_groups("conv2d", in, out, options.groups);
  make(s, {out, in / options.groups, kernel[0], kernel[1]}, out, bias, {}, weight_, bias_);
}

ConvTranspose2d::ConvTranspose2d(const Scope& s, std::int64_t in, std::int64_t out,
                                 ops::Pair kernel, const ops::ConvTranspose& options, Bias bias,
                                 const Init& init)
    : path_(s.path()), options_(options) {
  check_groups("conv_transpose2d", in, out, options.groups);
  make(s, {in, out / options.groups, kernel[0], kernel[1]}, out, bias, init, weight_, bias_);
}

}  // namespace dlt::nn
