#pragma once

#include <string>
#include <variant>

#include "base/error.h"
#include "nn/context.h"
#include "nn/linear.h"
#include "ops/norm.h"

namespace dlt::nn {

class LayerNorm {
 public:
  LayerNorm(const Scope& s, std::int64_t width, Bias bias, double epsilon)
      : LayerNorm(s, Shape{width}, bias, epsilon) {}
  // Over all the trailing axes `normalized`.
  LayerNorm(const Scope& s, Shape normalized, Bias bias, double epsilon)
      : path_(s.path()),
        normalized_(std::move(normalized)),
        epsilon_(epsilon),
        weight_(s.param("weight", normalized_, ones())) {
    if (bias == Bias::yes) bias_ = s.param("bias", normalized_, zeros());
  }

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    if (normalized_.rank() == 1) return ops::layer_norm(x, weight_, bias_, epsilon_);
    return ops::layer_norm(x, normalized_, weight_, bias_, epsilon_);
  }

 private:
  std::string path_;
  Shape normalized_;
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

using Norm = std::variant<LayerNorm, RmsNorm>;
inline Tensor normalize(const Norm& norm, const Tensor& x) {
  return std::visit([&](const auto& n) { return n(x); }, norm);
}

enum class Affine : bool { no, yes };  // whether there are a weight and a bias

// x [n, channels, ...]. With a Training: by the batch's own statistics, of which running ones are
// kept, running <- (1 - momentum) running + momentum batch; without one, by those.
class BatchNorm {
 public:
  struct Options {
    double epsilon = 1e-5;
    double momentum = 0.1;
    Affine affine = Affine::yes;
  };
  BatchNorm(const Scope& s, std::int64_t channels, const Options& o);
  BatchNorm(const Scope& s, std::int64_t channels) : BatchNorm(s, channels, Options{}) {}

  Tensor operator()(const Tensor& x, Training* training) const;

 private:
  void keep(const ops::BatchStatistics& batch) const;

  std::string path_;
  Options options_;
  Tensor weight_, bias_;
  Tensor running_mean_, running_var_, batches_;  // buffers
};

// x [n, channels, ...] by groups of channels.
class GroupNorm {
 public:
  GroupNorm(const Scope& s, std::int64_t groups, std::int64_t channels, double epsilon = 1e-5,
            Affine affine = Affine::yes);

  Tensor operator()(const Tensor& x) const {
    const Frame frame("layer", path_);
    return ops::group_norm(x, groups_, weight_, bias_, epsilon_);
  }

 private:
  std::string path_;
  std::int64_t groups_;
  double epsilon_;
  Tensor weight_, bias_;
};

// x [n, channels, ...], each channel of each sample on its own.
class InstanceNorm {
 public:
  InstanceNorm(const Scope& s, std::int64_t channels, double epsilon = 1e-5,
               Affine affine = Affine::no);

  Tensor operator()(const Tensor& x) const;

 private:
  std::string path_;
  std::int64_t channels_;
  double epsilon_;
  Tensor weight_, bias_;
};

}  // namespace dlt::nn
