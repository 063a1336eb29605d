#include "ssm/kernel.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/rng.h"

namespace dlt::ssm {
namespace {

Reals draw(std::int64_t count, std::uint64_t seed) {
  Rng rng(seed);
  Reals out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back(rng.normal());
  return out;
}

// Against the largest value of `a`.
double difference(const Reals& a, const Reals& b) {
  REQUIRE(a.size() == b.size());
  double most = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::fabs(a[i] - b[i]));
    size = std::max(size, std::fabs(a[i]));
  }
  return most / size;
}

void check_near(const Reals& x, const Reals& expected) {
  REQUIRE(x.size() == expected.size());
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == Approx(expected[i]).margin(1e-10));
}

const std::vector<Rule> all_rules = {{0.0}, {1.0}, {0.5}, {0.3}, {}};

Reals by_generating_function(const Nplr& parts, const Recurrence& r, const Vector& c, double step,
                             const Rule& rule, std::int64_t length) {
  return rule.alpha ? kernel_by_cauchy(parts, r, c, step, *rule.alpha, length)
                    : kernel_by_schur(r, c, length);
}

}  // namespace

TEST_CASE("the kernel of LegS of order 2 in steps of 0.1", "[ssm]") {
  const Vector c = {1, 1};
  const Recurrence bilinear = discretize(legs(2), 0.1, {0.5}), zoh = discretize(legs(2), 0.1, {});
  const Reals k = {0.2451992041, 0.1945812428, 0.1537414317, 0.1208471745, 0.0944042884};
  const Reals k_zoh = {0.2443037005, 0.1940204314, 0.1534228073, 0.1207007967, 0.0943776402};
  check_near(kernel_by_recurrence(bilinear, c, 5), k);
  check_near(kernel_by_cauchy(legs_nplr(2), bilinear, c, 0.1, 0.5, 5), k);
  check_near(kernel_by_schur(bilinear, c, 5), k);
  check_near(kernel_by_recurrence(zoh, c, 5), k_zoh);
  check_near(kernel_by_schur(zoh, c, 5), k_zoh);
  const Reals u = {1, 0, 2, -1, 0.5};
  const Reals y = {0.2451992041, 0.1945812428, 0.64413984, 0.264810456, 0.3299055112};
  check_near(recur(bilinear, c, u), y);
  check_near(convolve(kernel_by_recurrence(bilinear, c, 5), u), y);
}

TEST_CASE("recurrence, convolution and generating function are one map", "[ssm]") {
  const Reals u = draw(120, 5);
  for (const Measure m : {Measure::legs, Measure::legt, Measure::fourier, Measure::fout}) {
    for (const int order : {1, 2, 5, 16, 33}) {
      for (const Rule& rule : all_rules) {
        const double step = rule.alpha && *rule.alpha < 0.5 ? 2e-4 : 0.01;
        CAPTURE(name_of(m), order, rule.alpha.value_or(-1));
        const Recurrence r = discretize(system(m, order, 1.5), step, rule);
        const Reals drawn = draw(order, 7);
        const Vector c(drawn.begin(), drawn.end());
        for (const std::int64_t length : {1, 2, 97, 120}) {
          const Reals kernel = kernel_by_recurrence(r, c, length);
          CHECK(difference(kernel, by_generating_function(nplr(m, order, 1.5), r, c, step, rule,
                                                          length)) < 1e-10);
          const Reals part(u.begin(), u.begin() + length);
          CHECK(difference(recur(r, c, part), convolve(kernel, part)) < 1e-11);
        }
      }
    }
  }
}

TEST_CASE("a diagonal kernel by Vandermonde is that of all its states", "[ssm]") {
  for (const Vector& half : {s4d_lin(8), s4d_inv(8), s4d_legs(8)}) {
    const Reals drawn = draw(32, 9);
    Vector c;
    for (std::size_t n = 0; n < 8; ++n) c.emplace_back(drawn[n], drawn[8 + n]);
    const Vector b(8, 1.0);
    System all{Matrix(16, 16), Vector(16, 1.0)};
    Nplr parts{{}, all.b, {}, Matrix::identity(16)};
    Vector both_c = c;
    for (int n = 0; n < 16; ++n) {
      const Complex lambda = half[static_cast<std::size_t>(n % 8)];
      all.a(n, n) = n < 8 ? lambda : std::conj(lambda);
      parts.lambda.push_back(all.a(n, n));
      if (n >= 8) both_c.push_back(std::conj(c[static_cast<std::size_t>(n - 8)]));
    }
    for (const Rule& rule : all_rules) {
      const double step = 1e-3;
      const Recurrence r = discretize(all, step, rule);
      const Reals kernel = kernel_by_recurrence(r, both_c, 300);
      CHECK(difference(kernel, kernel_by_vandermonde(half, b, c, step, rule, 300)) < 1e-12);
      CHECK(difference(kernel, by_generating_function(parts, r, both_c, step, rule, 300)) < 1e-11);
    }
  }
}

TEST_CASE("a kernel of the size that layers have", "[ssm]") {
  const Recurrence r = discretize(legs(64), 1e-3, {0.5});
  const Vector c(64, 1.0);
  const Reals kernel = kernel_by_recurrence(r, c, 1024);
  CHECK(difference(kernel, kernel_by_cauchy(legs_nplr(64), r, c, 1e-3, 0.5, 1024)) < 1e-10);
  CHECK(difference(kernel, kernel_by_schur(r, c, 1024)) < 1e-10);
}

}  // namespace dlt::ssm
