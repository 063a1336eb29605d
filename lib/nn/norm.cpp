#include "nn/norm.h"

namespace dlt::nn {
namespace {

void make_affine(const Scope& s, std::int64_t channels, Affine affine, Tensor& weight,
                 Tensor& bias) {
  if (affine == Affine::no) return;
  weight = s.param("weight", {channels}, ones());
  bias = s.param("bias", {channels}, zeros());
}

}  // namespace

BatchNorm::BatchNorm(const Scope& s, std::int64_t channels, const Options& o)
    : path_(s.path()), options_(o) {
  make_affine(s, channels, o.affine, weight_, bias_);
  running_mean_ = s.buffer("running_mean", {channels}, zeros());
  running_var_ = s.buffer("running_var", {channels}, ones());
  batches_ = s.buffer("num_batches_tracked", {}, zeros());
}

Tensor BatchNorm::operator()(const Tensor& x, Training* training) const {
  const Frame frame("layer", path_);
  if (training == nullptr) {
    return ops::batch_norm(x, running_mean_, running_var_, weight_, bias_, options_.epsilon);
  }
  const bool fits = x.shape().rank() >= 2 && x.dim(1) == running_mean_.dim(0);
  require(fits, "batch_norm: input {} does not fit {} channels on axis 1", x.shape(),
          running_mean_.dim(0));
  ops::BatchStatistics batch;
  Tensor y = ops::batch_norm(x, weight_, bias_, options_.epsilon, &batch);
  keep(batch);
  return y;
}

void BatchNorm::keep(const ops::BatchStatistics& batch) const {
  const auto share = static_cast<real>(options_.momentum);
  const auto move = [share](Tensor running, const Tensor& seen) {
    real* r = running.mutable_data();
    for (std::int64_t c = 0; c < running.size(); ++c) {
      r[c] = (1 - share) * r[c] + share * seen.data()[c];
    }
  };
  move(running_mean_, batch.mean);
  move(running_var_, batch.variance);
  Tensor batches = batches_;
  *batches.mutable_data() += 1;
}

GroupNorm::GroupNorm(const Scope& s, std::int64_t groups, std::int64_t channels, double epsilon,
                     Affine affine)
    : path_(s.path()), groups_(groups), epsilon_(epsilon) {
  make_affine(s, channels, affine, weight_, bias_);
}

InstanceNorm::InstanceNorm(const Scope& s, std::int64_t channels, double epsilon, Affine affine)
    : path_(s.path()), channels_(channels), epsilon_(epsilon) {
  make_affine(s, channels, affine, weight_, bias_);
}

Tensor InstanceNorm::operator()(const Tensor& x) const {
  const Frame frame("layer", path_);
  const bool fits = x.shape().rank() >= 2 && x.dim(1) == channels_;
  require(fits, "instance_norm: input {} does not fit {} channels on axis 1", x.shape(), channels_);
  return ops::instance_norm(x, weight_, bias_, epsilon_);
}

}  // namespace dlt::nn
