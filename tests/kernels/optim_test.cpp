#include "kernels/optim.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/on_every_target.h"

using namespace dlt;

namespace {

std::vector<real> drawn(std::int64_t n, std::uint64_t seed, double low = -1) {
  Rng rng(seed);
  std::vector<real> x(static_cast<std::size_t>(n));
  for (real& v : x) v = static_cast<real>(rng.uniform(low, 1));
  return x;
}

struct Drawn {
  explicit Drawn(std::int64_t n)
      : w(drawn(n, 1)), grad(drawn(n, 4)), a(drawn(n, 2)), b(drawn(n, 3, 0)), c(drawn(n, 5, 0)) {}

  // All that a step changed.
  std::vector<real> after(const std::function<void(const kernels::OptimArrays&)>& step) {
    step({w.data(), grad.data(), {a.data(), b.data(), c.data()}, std::ssize(w)});
    std::vector<real> all;
    for (const auto* x : {&w, &a, &b, &c}) all.insert(all.end(), x->begin(), x->end());
    return all;
  }

  std::vector<real> w, grad, a, b, c;
};

const kernels::Slope slope{.scale = 0.5, .l2 = 0.1, .keep = 0.99};
const std::vector<std::function<void(const kernels::OptimArrays&)>> steps = {
    [](const auto& a) {
      kernels::sgd(a, {.slope = slope, .lr = 0.1, .momentum = 0.9, .take = 0.8, .nesterov = true});
    },
    [](const auto& a) {
      kernels::adam(a, {.slope = slope,
                        .beta1 = 0.9,
                        .beta2 = 0.99,
                        .epsilon = 1e-8,
                        .root = 1.1,
                        .from_grad = 0.01,
                        .from_mean = 0.02});
    },
    [](const auto& a) {
      kernels::adamax(a,
                      {.slope = slope, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .rate = 0.1});
    },
    [](const auto& a) {
      auto small = a;  // its mean must stay below the root of v
      kernels::rmsprop(small,
                       {.slope = slope, .lr = 0.1, .alpha = 0.9, .epsilon = 1e-2, .momentum = 0.9});
    },
    [](const auto& a) {
      auto positive = a;
      positive.state[0] = a.state[1];
      kernels::adagrad(positive, {.slope = slope, .rate = 0.1, .epsilon = 1e-8});
    },
    [](const auto& a) {
      auto positive = a;
      positive.state = {a.state[1], a.state[2], nullptr};
      kernels::adadelta(positive, {.slope = slope, .lr = 0.1, .rho = 0.9, .epsilon = 1e-6});
    }};

}  // namespace

TEST_CASE("optimizer steps give the same bits for any number of threads", "[kernels][threads]") {
  const std::int64_t n = 100'003;
  for (const auto& step : steps) {
    const auto run = [&](int count) {
      set_threads(count);
      const auto all = Drawn(n).after(step);
      set_threads(1);
      return all;
    };
    const auto one = run(1);
    CHECK(one == run(2));
    CHECK(one == run(3));
  }
}

TEST_CASE("optimizer steps treat every element alike on every instruction set", "[kernels]") {
  for (const auto& step : steps) {
    std::vector<real> alone;  // element by element
    Drawn drawn(37);
    for (std::size_t i = 0; i < 37; ++i) {
      step({&drawn.w[i], &drawn.grad[i], {&drawn.a[i], &drawn.b[i], &drawn.c[i]}, 1});
    }
    for (const auto* x : {&drawn.w, &drawn.a, &drawn.b, &drawn.c}) {
      alone.insert(alone.end(), x->begin(), x->end());
    }
    kernels::on_every_target([&](const char* target) {
      INFO(target);
      const auto all = Drawn(37).after(step);
      for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i] == Approx(alone[i]).epsilon(1e-5).margin(1e-6));
      }
    });
  }
}

TEST_CASE("a moving average moves by its rest", "[kernels]") {
  std::vector<real> mean(19, 1), x(19, 3);
  kernels::move_average(mean.data(), x.data(), 0.75, 19);
  CHECK(mean == std::vector<real>(19, real(1.5)));
  kernels::move_average(mean.data(), x.data(), 0.75, 0);
}

TEST_CASE("the sum of squares neither overflows nor loses small numbers", "[kernels]") {
  const std::vector<real> large(19, real(1e30));
  CHECK(kernels::sum_of_squares(large.data(), 19) == Approx(19e60));
  const std::vector<real> small(1 << 17, real(0.1));
  const double square = static_cast<double>(real(0.1)) * static_cast<double>(real(0.1));
  CHECK(kernels::sum_of_squares(small.data(), 1 << 17) ==
        Approx(square * (1 << 17)).epsilon(1e-12));
  CHECK(kernels::sum_of_squares(small.data(), 0) == 0);
}
