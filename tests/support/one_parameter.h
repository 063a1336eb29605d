#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "autograd/autograd.h"
#include "optim/optimizer.h"

namespace dlt::test {

inline void put_gradient(Tensor t, const Tensor& gradient) {
  t.zero_grad();
  std::vector<Tensor> inputs = {t};
  autograd::InputGrads(inputs).share(0, gradient);
}

// A model of one parameter "w" under an optimizer whose config is given as JSON.
struct OneParameter {
  OneParameter(const Tensor& start, const std::string& optimizer_json)
      : config(optim::OptimizerConfig::parse(optimizer_json)),
        w(params.create(
            "w", start.shape(),
            [&](Tensor& t, Rng&) { std::copy_n(start.data(), t.size(), t.mutable_data()); })),
        optimizer(params, config) {}

  void step(const Tensor& gradient, double grad_scale = 1) {
    put_gradient(w, gradient);
    optimizer.step(config.lr, grad_scale);
  }

  nn::Params params{1};
  optim::OptimizerConfig config;
  Tensor w;
  optim::Optimizer optimizer;
};

}  // namespace dlt::test
