#include "models/rwkv/token_shift.h"

#include <cmath>

#include "ops/elementwise.h"
#include "ops/shape.h"

namespace dlt::models {

Tensor shifted(const Tensor& x) { return ops::pad(x, {0, 0, 1, -1}); }

Tensor shifted(const Tensor& x, Tensor& last) {
  const std::int64_t time = x.dim(1);
  const Tensor all = ops::cat({last, x}, 1);
  last = ops::slice(all, 1, time, time + 1);
  return ops::slice(all, 1, 0, time);
}

Mixture::Mixture(const Tensor& x, const Tensor& before)
    : before_(before), change_(ops::sub(x, before)) {}

Tensor Mixture::operator()(const Tensor& mu) const {
  return ops::add(before_, ops::mul(change_, mu));
}

Tensor time_mix(const nn::Scope& s, std::string_view name, std::int64_t width, double power,
                double more) {
  const auto fill = [=](Tensor& mu, Rng&) {
    for (std::int64_t i = 0; i < width; ++i) {
      const double place = static_cast<double>(i) / static_cast<double>(width);
      mu.mutable_data()[i] = static_cast<real>(std::pow(place, power) + more);
    }
  };
  return s.param(name, {1, 1, width}, fill, {.decays = false});
}

}  // namespace dlt::models
