#include "support/check_params.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "autograd/autograd.h"

namespace dlt::test {
namespace {

constexpr bool exact = sizeof(real) == sizeof(double);  // the gradcheck build
constexpr double step = exact ? 1e-6 : 1e-2;
constexpr double tolerance = exact ? 1e-6 : 3e-2;

}  // namespace

void check_params(nn::Params& params, const std::function<Tensor()>& loss, std::int64_t most) {
  params.zero_grad();
  autograd::backward(loss());
  const auto grads = params.grads();
  const autograd::NoGrad off;
  for (const auto& [name, shared] : params.all()) {
    Tensor t = shared;
    REQUIRE(grads.contains(name));
    const std::int64_t every = std::max<std::int64_t>(1, t.size() / most);
    for (std::int64_t i = 0; i < t.size(); i += every) {
      real& value = t.mutable_data()[i];
      const real kept = value;
      value = kept + static_cast<real>(step);
      const auto right = static_cast<double>(loss().item());
      value = kept - static_cast<real>(step);
      const auto left = static_cast<double>(loss().item());
      value = kept;
      INFO(name << " element " << i);
      CHECK(grads.at(name).data()[i] ==
            Approx((right - left) / (2 * step)).epsilon(tolerance).margin(tolerance));
    }
  }
}

}  // namespace dlt::test
