#pragma once

#include <cstdint>

#include "tensor/tensor.h"

// Every variance is the biased one. weight and bias may be undefined: then they are 1 and 0.
namespace dlt::ops {

// (x - mean) / sqrt(variance + epsilon) * weight + bias over the trailing axes, which are
// `normalized` (Ba et al. 2016).
Tensor layer_norm(const Tensor& x, const Shape& normalized, const Tensor& weight,
                  const Tensor& bias, double epsilon);
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon);
// x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich 2019).
Tensor rms_norm(const Tensor& x, const Shape& normalized, const Tensor& weight, double epsilon);
Tensor rms_norm(const Tensor& x, const Tensor& weight, double epsilon);
// x [n, channels, ...]: each sample's groups of channels on their own (Wu and He 2018); weight and
// bias [channels].
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias,
                  double epsilon);
// Each channel of each sample on its own (Ulyanov et al. 2016).
Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon);

struct BatchStatistics {  // of x [n, channels, ...], each [channels]
  Tensor mean;
  Tensor variance;  // unbiased, as the running one is updated with it
};
// x [n, channels, ...] by the statistics of the batch (Ioffe and Szegedy 2015), which are given
// back for running <- (1 - momentum) running + momentum batch. More than one value per channel.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon,
                  BatchStatistics* batch);
// By given statistics: what evaluation uses.
Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& weight,
                  const Tensor& bias, double epsilon);

Tensor softmax(const Tensor& x, std::int64_t dim = -1);
Tensor log_softmax(const Tensor& x, std::int64_t dim = -1);

}  // namespace dlt::ops
