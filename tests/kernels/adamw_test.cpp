#include "kernels/adamw.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "base/rng.h"
#include "support/naive_adamw.h"

using namespace dlt;

namespace {

std::vector<real> drawn(std::int64_t n, std::uint64_t seed, double low = -1) {
  Rng rng(seed);
  std::vector<real> x(static_cast<std::size_t>(n));
  for (real& v : x) v = static_cast<real>(rng.uniform(low, 1));
  return x;
}

std::vector<double> wide(const std::vector<real>& x) { return {x.begin(), x.end()}; }

const kernels::AdamWStep step = {.beta1 = 0.9,
                                 .beta2 = 0.95,
                                 .epsilon = 1e-8,
                                 .lr = 0.01,
                                 .weight_decay = 0.1,
                                 .grad_scale = 0.5,
                                 .correction1 = 0.271,
                                 .correction2_root = 0.3776};

}  // namespace

TEST_CASE("the fused AdamW equals its scalar twin at every length", "[kernels]") {
  const auto n = GENERATE(1, 7, 8, 63, 1000);
  auto w = drawn(n, 1), m = drawn(n, 2), v = drawn(n, 3, 0), g = drawn(n, 4);
  auto w2 = wide(w), m2 = wide(m), v2 = wide(v);
  test::naive_adamw(w2, m2, v2, wide(g), step);

  kernels::adamw(w.data(), m.data(), v.data(), g.data(), step, n);

  for (std::size_t i = 0; i < w.size(); ++i) {
    CHECK(w[i] == Approx(w2[i]).epsilon(1e-5).margin(1e-6));
    CHECK(m[i] == Approx(m2[i]).epsilon(1e-5).margin(1e-7));
    CHECK(v[i] == Approx(v2[i]).epsilon(1e-5).margin(1e-7));
  }
}

TEST_CASE("AdamW and the sum of squares give the same bits for any number of threads",
          "[kernels][threads]") {
  const std::int64_t n = 100'003;
  const auto g = drawn(n, 4);
  const auto run = [&](int count) {
    set_threads(count);
    auto w = drawn(n, 1), m = drawn(n, 2), v = drawn(n, 3, 0);
    kernels::adamw(w.data(), m.data(), v.data(), g.data(), step, n);
    w.push_back(static_cast<real>(kernels::sum_of_squares(g.data(), n)));
    set_threads(1);
    return w;
  };
  const auto one = run(1);
  CHECK(one == run(2));
  CHECK(one == run(3));
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
