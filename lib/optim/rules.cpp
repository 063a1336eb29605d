#include "optim/rules.h"

#include <algorithm>
#include <cmath>

namespace dlt::optim {
namespace {

using kernels::OptimArrays;

// Through the gradient (L2), or beside it (Loshchilov and Hutter 2019).
enum class Decay : std::uint8_t { coupled, decoupled };

kernels::Slope slope(Decay kind, double grad_scale, double lr, double weight_decay) {
  if (kind == Decay::coupled) return {grad_scale, weight_decay, 1};
  return {grad_scale, 0, 1 - lr * weight_decay};
}

double unit(config::Reader& r, std::string_view key, double value) {  // in [0, 1)
  r.field(key, value, 0, 1);
  if (value == 1) r.fail(key, "expected a number in [0, 1), got 1");
  return value;
}

double positive(config::Reader& r, std::string_view key, double value) {
  r.field(key, value, 0, 1e6);
  return value;
}

bool flag(config::Reader& r, std::string_view key) {
  bool value = false;
  r.field(key, value);
  return value;
}

template <Decay decay>
Rule read_sgd(config::Reader& r) {
  double momentum = 0, dampening = 0;
  r.field("momentum", momentum, 0, 1);
  r.field("dampening", dampening, 0, 1);
  const bool nesterov = flag(r, "nesterov");
  if (nesterov && momentum == 0) r.fail("nesterov", "needs a momentum above 0");
  if (nesterov && dampening > 0) r.fail("nesterov", "needs a dampening of 0");
  return {{{"momentum", 0, momentum > 0}}, [=](std::int64_t t, double scale) -> Update {
            const double take = t == 1 ? 1 : 1 - dampening;  // the first gradient counts in full
            return [=](const OptimArrays& a, double lr, double weight_decay) {
              kernels::sgd(a, {.slope = slope(decay, scale, lr, weight_decay),
                               .lr = lr,
                               .momentum = momentum,
                               .take = take,
                               .nesterov = nesterov});
            };
          }};
}

struct Moments {
  double beta1, beta2, epsilon;

  static Moments read(config::Reader& r) {
    std::vector<double> betas = {0.9, 0.999};
    r.field("betas", betas, 0, 1);
    if (betas.size() != 2 || std::ranges::max(betas) >= 1) {
      r.fail("betas", "expected two numbers in [0, 1), as in [0.9, 0.95]");
    }
    return {betas[0], betas[1], positive(r, "eps", 1e-8)};
  }

  double rest1(double t) const { return 1 - std::pow(beta1, t); }  // the bias corrections
  double rest2(double t) const { return 1 - std::pow(beta2, t); }
};

// The factors of kernels::AdamStep in step t; those of g and m are for a rate of 1.
struct Factors {
  double root, epsilon, from_grad, from_mean;
};

template <class FactorsAt>
Rule moments_rule(const Moments& m, Decay decay, bool amsgrad, const FactorsAt& factors_at) {
  return {{{"m"}, {"v"}, {"vmax", 0, amsgrad}}, [=](std::int64_t t, double scale) -> Update {
            const Factors f = factors_at(static_cast<double>(t));
            return [=](const OptimArrays& a, double lr, double weight_decay) {
              kernels::adam(a, {.slope = slope(decay, scale, lr, weight_decay),
                                .beta1 = m.beta1,
                                .beta2 = m.beta2,
                                .epsilon = f.epsilon,
                                .root = f.root,
                                .from_grad = lr * f.from_grad,
                                .from_mean = lr * f.from_mean});
            };
          }};
}

template <Decay decay>
Rule read_adam(config::Reader& r) {
  const auto m = Moments::read(r);
  const bool amsgrad = flag(r, "amsgrad");
  return moments_rule(m, decay, amsgrad, [m](double t) -> Factors {
    return {1 / std::sqrt(m.rest2(t)), m.epsilon, 0, 1 / m.rest1(t)};
  });
}

// Dozat's momentum schedule: mu_t = beta1 (1 - 0.96^(t decay) / 2).
double nadam_momentum(double beta1, double decay, double t) {
  return beta1 * (1 - 0.5 * std::pow(0.96, t * decay));
}

// mu_1 ... mu_t, as far as it can be told from 0 beside 1: nothing to save, and few factors.
double nadam_product(double beta1, double decay, double t) {
  double product = 1;
  for (double i = 1; i <= t && product > 1e-20; ++i) product *= nadam_momentum(beta1, decay, i);
  return product;
}

Rule read_nadam(config::Reader& r) {
  const auto m = Moments::read(r);
  const double decay = positive(r, "momentum_decay", 4e-3);
  const auto kind = flag(r, "decoupled_weight_decay") ? Decay::decoupled : Decay::coupled;
  return moments_rule(m, kind, /*amsgrad=*/false, [=](double t) -> Factors {
    const double now = nadam_momentum(m.beta1, decay, t);
    const double next = nadam_momentum(m.beta1, decay, t + 1);
    const double product = nadam_product(m.beta1, decay, t);
    return {1 / std::sqrt(m.rest2(t)), m.epsilon, (1 - now) / (1 - product),
            next / (1 - product * next)};
  });
}

// While the variance of the adaptive rate is unknown (rho <= 5), momentum alone.
Factors radam_factors(const Moments& m, double t) {
  const double longest = 2 / (1 - m.beta2) - 1;
  const double rho = longest - 2 * t * std::pow(m.beta2, t) / m.rest2(t);
  if (rho <= 5) return {.root = 0, .epsilon = 1, .from_grad = 0, .from_mean = 1 / m.rest1(t)};
  const double rectified =
      std::sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho));
  return {1, m.epsilon, 0, rectified * std::sqrt(m.rest2(t)) / m.rest1(t)};
}

Rule read_radam(config::Reader& r) {
  const auto m = Moments::read(r);
  const auto kind = flag(r, "decoupled_weight_decay") ? Decay::decoupled : Decay::coupled;
  return moments_rule(m, kind, /*amsgrad=*/false, [m](double t) { return radam_factors(m, t); });
}

Rule read_adamax(config::Reader& r) {
  const auto m = Moments::read(r);
  return {{{"m"}, {"inf"}}, [=](std::int64_t t, double scale) -> Update {
            const double correction = m.rest1(static_cast<double>(t));
            return [=](const OptimArrays& a, double lr, double weight_decay) {
              kernels::adamax(a, {.slope = {.scale = scale, .l2 = weight_decay},
                                  .beta1 = m.beta1,
                                  .beta2 = m.beta2,
                                  .epsilon = m.epsilon,
                                  .rate = lr / correction});
            };
          }};
}

Rule read_rmsprop(config::Reader& r) {
  const double alpha = unit(r, "alpha", 0.99), eps = positive(r, "eps", 1e-8);
  double momentum = 0;
  r.field("momentum", momentum, 0, 1);
  const bool centered = flag(r, "centered");
  return {{{"v"}, {"mean", 0, centered}, {"momentum", 0, momentum > 0}},
          [=](std::int64_t, double scale) -> Update {
            return [=](const OptimArrays& a, double lr, double weight_decay) {
              kernels::rmsprop(a, {.slope = {.scale = scale, .l2 = weight_decay},
                                   .lr = lr,
                                   .alpha = alpha,
                                   .epsilon = eps,
                                   .momentum = momentum});
            };
          }};
}

Rule read_adagrad(config::Reader& r) {
  const double lr_decay = positive(r, "lr_decay", 0);
  const double start = positive(r, "initial_accumulator_value", 0);
  const double eps = positive(r, "eps", 1e-10);
  return {{{"sum", start}}, [=](std::int64_t t, double scale) -> Update {
            const double slower = 1 + static_cast<double>(t - 1) * lr_decay;
            return [=](const OptimArrays& a, double lr, double weight_decay) {
              kernels::adagrad(a, {.slope = {.scale = scale, .l2 = weight_decay},
                                   .rate = lr / slower,
                                   .epsilon = eps});
            };
          }};
}

Rule read_adadelta(config::Reader& r) {
  const double rho = unit(r, "rho", 0.9), eps = positive(r, "eps", 1e-6);
  return {{{"v"}, {"delta"}}, [=](std::int64_t, double scale) -> Update {
            return [=](const OptimArrays& a, double lr, double weight_decay) {
              kernels::adadelta(a, {.slope = {.scale = scale, .l2 = weight_decay},
                                    .lr = lr,
                                    .rho = rho,
                                    .epsilon = eps});
            };
          }};
}

}  // namespace

const Registry<RuleKind>& optimizers() {
  static const Registry<RuleKind> all(
      "optimizer", {
                       {{"adamw", "optim.adamw"},
                        "Adam with decoupled weight decay (Loshchilov and Hutter 2019)",
                        {read_adam<Decay::decoupled>, 1e-3, 0.01}},
                       {{"adam", "optim.adam"},
                        "Adam, weight decay through the gradient (Kingma and Ba 2015)",
                        {read_adam<Decay::coupled>, 1e-3, 0}},
                       {{"sgd", "optim.sgd"},
                        "gradient descent, with momentum if wanted",
                        {read_sgd<Decay::coupled>, 1e-3, 0}},
                       {{"sgdw", "optim.sgdw"},
                        "gradient descent with decoupled weight decay (Loshchilov and Hutter 2019)",
                        {read_sgd<Decay::decoupled>, 1e-3, 0}},
                       {{"rmsprop", "optim.rmsprop"},
                        "gradient over its root mean square (Tieleman and Hinton 2012)",
                        {read_rmsprop, 1e-2, 0}},
                       {{"adagrad", "optim.adagrad"},
                        "gradient over the root of all its squares (Duchi et al. 2011)",
                        {read_adagrad, 1e-2, 0}},
                       {{"adadelta", "optim.adadelta"},
                        "steps in the units of the weights (Zeiler 2012)",
                        {read_adadelta, 1, 0}},
                       {{"adamax", "optim.adamax"},
                        "Adam with the infinity norm (Kingma and Ba 2015)",
                        {read_adamax, 2e-3, 0}},
                       {{"nadam", "optim.nadam"},
                        "Adam with Nesterov momentum (Dozat 2016)",
                        {read_nadam, 2e-3, 0}},
                       {{"radam", "optim.radam"},
                        "Adam with a rectified rate (Liu et al. 2020)",
                        {read_radam, 1e-3, 0}},
                   });
  return all;
}

}  // namespace dlt::optim
