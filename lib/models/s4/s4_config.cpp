#include "models/s4/s4_config.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace dlt::models {
namespace {

nn::Tuning tuning(const S4Config& c) { return {.lr_scale = c.ssm_lr_scale, .decays = false}; }

nn::Init log_step(const S4Config& c) {  // even by the logarithm
  return [low = std::log(c.step_min), high = std::log(c.step_max)](Tensor& t, Rng& rng) {
    std::generate_n(t.mutable_data(), t.size(),
                    [&] { return static_cast<real>(rng.uniform(low, high)); });
  };
}

// Complex numbers of variance 1, one part of each.
nn::Init complex_normal() { return nn::normal(std::sqrt(0.5)); }

std::vector<double> log_decay(const std::vector<std::complex<double>>& a) {
  std::vector<double> v = parts(a, false);
  for (double& x : v) x = std::log(-x);
  return v;
}

Tensor swap_last(const Tensor& x) { return ops::permute(x, {0, 2, 1}); }

}  // namespace

S4Config S4Config::read(config::Reader& model, std::int64_t width, double dropout) {
  S4Config c;
  c.width = width;
  c.dropout = dropout;
  model.field("states", c.states, 2, 512);
  if (c.states % 2 != 0) model.fail("states", "must be even: states are conjugate pairs");
  model.field("step_min", c.step_min, 1e-12, 1e6);
  model.field("step_max", c.step_max, 1e-12, 1e6);
  if (c.step_max < c.step_min) {
    model.fail("step_max", fmt::format("must be at least step_min = {}", c.step_min));
  }
  model.field("ssm_lr_scale", c.ssm_lr_scale, 0, 1e3);
  return c;
}

std::vector<double> parts(const std::vector<std::complex<double>>& v, bool imaginary) {
  std::vector<double> out;
  for (const auto& x : v) out.push_back(imaginary ? x.imag() : x.real());
  return out;
}

Tensor ssm_matrix(const nn::Scope& s, std::string_view name, const S4Config& c,
                  const std::vector<double>& values) {
  const nn::Init repeat = [&values](Tensor& t, Rng& /*rng*/) {
    for (std::int64_t i = 0; i < t.size(); ++i) {
      t.mutable_data()[i] = static_cast<real>(values[static_cast<std::size_t>(i) % values.size()]);
    }
  };
  return s.param(name, {c.width, c.pairs()}, repeat, tuning(c));
}

S4Parameters::S4Parameters(const nn::Scope& s, const S4Config& c,
                           const std::vector<std::complex<double>>& a)
    : log_dt(s.param("log_dt", {c.width}, log_step(c), tuning(c))),
      log_a_real(ssm_matrix(s, "log_A_real", c, log_decay(a))),
      a_imag(ssm_matrix(s, "A_imag", c, parts(a, true))),
      c_real(s.param("C_real", {c.width, c.pairs()}, complex_normal())),
      c_imag(s.param("C_imag", {c.width, c.pairs()}, complex_normal())),
      d(s.param("D", {c.width}, nn::normal(1))) {}

Tensor S4Parameters::convolve(const Tensor& x, const Tensor& kernel) const {
  return swap_last(ops::long_convolution(swap_last(x), kernel, d));
}

}  // namespace dlt::models
