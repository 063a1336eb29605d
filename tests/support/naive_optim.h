#pragma once

#include <string>

namespace dlt::test {

// One number under an optimizer, step by step in double, written from the formulas in the
// documentation of torch.optim: the oracle of the fused kernels and of the rules' factors.
struct NaiveOptimizer {
  std::string name = "sgd";
  double lr = 0.01, weight_decay = 0;
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;  // the Adams; eps: all
  bool amsgrad = false, decoupled = false;
  double momentum_decay = 4e-3;             // nadam
  double momentum = 0, dampening = 0;       // sgd, rmsprop
  bool nesterov = false, centered = false;  // sgd; rmsprop
  double alpha = 0.99, rho = 0.9;           // rmsprop; adadelta
  double lr_decay = 0, sum = 0;             // adagrad; its sum starts as the initial value

  double step(double w, double grad);  // the new w

 private:
  double sgd(double w, double g);
  double adam(double w, double g);
  double nadam(double w, double g);
  double radam(double w, double g);
  double adamax(double w, double g);
  double rmsprop(double w, double g);
  double adagrad(double w, double g);
  double adadelta(double w, double g);

  double t = 0, m = 0, v = 0, vmax = 0, inf = 0, mean = 0, buffer = 0, delta = 0, mu_product = 1;
};

}  // namespace dlt::test
