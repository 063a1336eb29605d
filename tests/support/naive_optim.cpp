#include "support/naive_optim.h"

#include <algorithm>
#include <cmath>

namespace dlt::test {

double NaiveOptimizer::step(double w, double grad) {
  t += 1;
  const bool beside = decoupled || name == "adamw" || name == "sgdw";
  if (beside) w -= lr * weight_decay * w;
  const double g = beside ? grad : grad + weight_decay * w;
  if (name.starts_with("sgd")) return sgd(w, g);
  if (name == "adam" || name == "adamw") return adam(w, g);
  if (name == "nadam") return nadam(w, g);
  if (name == "radam") return radam(w, g);
  if (name == "adamax") return adamax(w, g);
  if (name == "rmsprop") return rmsprop(w, g);
  return name == "adagrad" ? adagrad(w, g) : adadelta(w, g);
}

double NaiveOptimizer::sgd(double w, double g) {
  if (momentum == 0) return w - lr * g;
  buffer = t == 1 ? g : momentum * buffer + (1 - dampening) * g;
  return w - lr * (nesterov ? g + momentum * buffer : buffer);
}

double NaiveOptimizer::adam(double w, double g) {
  m = beta1 * m + (1 - beta1) * g;
  v = beta2 * v + (1 - beta2) * g * g;
  vmax = std::max(vmax, v);
  const double m_hat = m / (1 - std::pow(beta1, t));
  const double v_hat = (amsgrad ? vmax : v) / (1 - std::pow(beta2, t));
  return w - lr * m_hat / (std::sqrt(v_hat) + eps);
}

double NaiveOptimizer::nadam(double w, double g) {
  const double mu = beta1 * (1 - 0.5 * std::pow(0.96, t * momentum_decay));
  const double mu_next = beta1 * (1 - 0.5 * std::pow(0.96, (t + 1) * momentum_decay));
  mu_product *= mu;
  m = beta1 * m + (1 - beta1) * g;
  v = beta2 * v + (1 - beta2) * g * g;
  const double m_hat = mu_next * m / (1 - mu_product * mu_next) + (1 - mu) * g / (1 - mu_product);
  return w - lr * m_hat / (std::sqrt(v / (1 - std::pow(beta2, t))) + eps);
}

double NaiveOptimizer::radam(double w, double g) {
  m = beta1 * m + (1 - beta1) * g;
  v = beta2 * v + (1 - beta2) * g * g;
  const double m_hat = m / (1 - std::pow(beta1, t));
  const double rho_inf = 2 / (1 - beta2) - 1, power = std::pow(beta2, t);
  const double rho_t = rho_inf - 2 * t * power / (1 - power);
  if (rho_t <= 5) return w - lr * m_hat;
  const double l = std::sqrt(1 - power) / (std::sqrt(v) + eps);
  const double r =
      std::sqrt((rho_t - 4) * (rho_t - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho_t));
  return w - lr * m_hat * r * l;
}

double NaiveOptimizer::adamax(double w, double g) {
  m = beta1 * m + (1 - beta1) * g;
  inf = std::max(beta2 * inf, std::abs(g) + eps);
  return w - lr / (1 - std::pow(beta1, t)) * m / inf;
}

double NaiveOptimizer::rmsprop(double w, double g) {
  v = alpha * v + (1 - alpha) * g * g;
  mean = alpha * mean + (1 - alpha) * g;
  const double size = std::sqrt(centered ? v - mean * mean : v) + eps;
  buffer = momentum * buffer + g / size;
  return w - lr * (momentum > 0 ? buffer : g / size);
}

double NaiveOptimizer::adagrad(double w, double g) {
  sum += g * g;
  return w - lr / (1 + (t - 1) * lr_decay) * g / (std::sqrt(sum) + eps);
}

double NaiveOptimizer::adadelta(double w, double g) {
  v = rho * v + (1 - rho) * g * g;
  const double x = std::sqrt(delta + eps) / std::sqrt(v + eps) * g;
  delta = rho * delta + (1 - rho) * x * x;
  return w - lr * x;
}

}  // namespace dlt::test
