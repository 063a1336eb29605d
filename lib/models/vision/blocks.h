#pragma once

#include <string>
#include <utility>

#include "models/vision/graph.h"

// What the architectures have in common.
namespace dlt::models::vision {

// Of an odd kernel and with the padding that keeps the size but for the stride.
inline Conv conv(std::int64_t out, std::int64_t kernel, std::int64_t stride = 1,
                 std::int64_t groups = 1) {
  const std::int64_t p = kernel / 2;
  return {out, {kernel, kernel}, {{stride, stride}, {p, p}, {1, 1}, groups}};
}
inline Conv depthwise(std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
  return conv(channels, kernel, stride, channels);
}
inline ops::Pool pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding = 0,
                      bool ceil = false) {
  return {{kernel, kernel}, {stride, stride}, {padding, padding}, ceil};
}

// Adds steps to a graph at a place that grows with each: Chain(g, x).conv(...).norm(...).relu().
class Chain {
 public:
  Chain(Graph& g, Value x) : g_(g), x_(x) {}

  template <class Layer>
  Chain& add(const Layer& layer, const std::string& name = "") {
    x_ = g_.add(name, layer, {x_});
    return *this;
  }
  // A convolution and its norm.
  Chain& conv(const std::string& name, const Conv& c, const std::string& norm,
              const BatchNorm& options = {}) {
    return add(c, name).add(options, norm);
  }
  Chain& relu() { return add(Activate{}); }
  Chain& relu6() { return add(Activate{Activation::relu6}); }

  std::int64_t channels() const { return g_.channels(x_); }
  Value end() const { return x_; }

 private:
  Graph& g_;
  Value x_;
};

// The multiple of 8 that is nearest to n, but no more than a tenth below it: how MobileNets round
// (Sandler et al. 2018; torchvision's _make_divisible).
std::int64_t round_channels(double n);

// Means over height and width, dropout, and a linear layer of one output a class: the end.
Value classify(Graph& g, Value x, const std::string& name, const Linear& linear, double dropout);

// A pool that makes `side` x `side` means of pictures at least as large: as large as they can be
// side by side or overlapping, and equally far apart.
AvgPool averages(const Shape& input, std::int64_t side);

}  // namespace dlt::models::vision
