#include <catch2/catch.hpp>
#include <cmath>
#include <complex>

#include "autograd/autograd.h"
#include "ops/recurrent.h"
#include "ssm/nplr.h"
#include "support/check_op.h"

using namespace dlt;
using test::In;
using Complex = std::complex<double>;

namespace {

Tensor row(const std::vector<double>& v) {
  Tensor t = Tensor::uninitialized({1, std::ssize(v)});
  std::transform(v.begin(), v.end(), t.mutable_data(), [](double x) { return real(x); });
  return t;
}

Complex at(const Tensor& re, const Tensor& im, std::int64_t i) {
  return {static_cast<double>(re.data()[i]), static_cast<double>(im.data()[i])};
}

// What s4_kernel computes, for one channel, with all states and dense matrices, step by step.
std::vector<double> dense_kernel(const ops::S4& s, std::int64_t channel, std::int64_t length) {
  const std::int64_t pairs = s.a_re.dim(1);
  const auto n = static_cast<int>(2 * pairs);
  const double half = std::exp(static_cast<double>(s.log_dt.data()[channel])) / 2;
  ssm::Vector a, p, b, c;
  for (int i = 0; i < n; ++i) {
    const auto part = [&](const Tensor& re, const Tensor& im) {
      const Complex v = at(re, im, channel * pairs + i % pairs);
      return i < pairs ? v : std::conj(v);
    };
    a.push_back(part(s.a_re, s.a_im)), p.push_back(part(s.p_re, s.p_im));
    b.push_back(part(s.b_re, s.b_im)), c.push_back(part(s.c_re, s.c_im));
  }
  ssm::Matrix there(n, n), back(n, n), right(n, n + 1);
  for (int i = 0; i < n; ++i) {
    right(i, n) = 2 * half * b[std::size_t(i)];
    for (int j = 0; j < n; ++j) {
      const Complex own = i == j ? a[std::size_t(i)] : 0.0;
      const Complex entry = half * (own - p[std::size_t(i)] * std::conj(p[std::size_t(j)]));
      back(i, j) = (i == j ? 1.0 : 0.0) - entry;
      right(i, j) = (i == j ? 1.0 : 0.0) + entry;
    }
  }
  const ssm::Matrix step = ssm::solve(back, right);
  ssm::Vector x(a.size());
  for (int i = 0; i < n; ++i) x[std::size_t(i)] = step(i, n);
  ssm::Matrix bar(n, n);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) bar(i, j) = step(i, j);
  }
  std::vector<double> kernel;
  for (std::int64_t l = 0; l < length; ++l, x = bar * x) kernel.push_back(ssm::dot(c, x).real());
  return kernel;
}

ops::S4 some_s4(std::int64_t channels, std::int64_t pairs) {
  const Shape shape{channels, pairs};
  return {test::random({channels}, 1, -5, -1),
          test::random(shape, 2, -2, -0.1),
          test::random(shape, 3, 0, 20),
          test::random(shape, 4),
          test::random(shape, 5),
          test::random(shape, 6),
          test::random(shape, 7),
          test::random(shape, 8),
          test::random(shape, 9)};
}

}  // namespace

TEST_CASE("the S4 kernel is that of LegS with two states", "[ops][scan]") {
  const ssm::Nplr legs = ssm::legs_nplr(2);
  const Complex c = legs.v(0, 0) + legs.v(1, 0);  // [1, 1] in the basis of A
  const ops::S4 s{Tensor::filled({1}, static_cast<real>(std::log(0.1))),
                  row({legs.lambda[0].real()}),
                  row({legs.lambda[0].imag()}),
                  row({legs.p[0][0].real()}),
                  row({legs.p[0][0].imag()}),
                  row({legs.b[0].real()}),
                  row({legs.b[0].imag()}),
                  row({c.real()}),
                  row({c.imag()})};
  const double expected[] = {0.2451992041, 0.1945812428, 0.1537414317, 0.1208471745, 0.0944042884};
  const Tensor kernel = ops::s4_kernel(s, 5);
  for (int l = 0; l < 5; ++l) CHECK(kernel.data()[l] == Approx(expected[l]).epsilon(2e-6));
}

TEST_CASE("the S4D kernel is that of LegS with two states", "[ops][scan]") {
  const double root = std::sqrt(3.0);  // eigenvalues -1 and -2
  const Tensor zero = row({0, 0});
  const Tensor k = ops::s4d_kernel({Tensor::filled({1}, static_cast<real>(std::log(0.1))),
                                    row({-1, -2}), zero, row({(1 - root) / 2, root}), zero},
                                   5);
  const double expected[] = {0.2443037005, 0.1940204314, 0.1534228073, 0.1207007967, 0.0943776402};
  for (int l = 0; l < 5; ++l) CHECK(k.data()[l] == Approx(expected[l]).epsilon(2e-6));
}

TEST_CASE("the S4 kernel equals the recurrence, whatever the length", "[ops][scan]") {
  const ops::S4 s = some_s4(3, 5);
  for (const std::int64_t length : {1, 2, 7, 100, 1000}) {
    const Tensor kernel = ops::s4_kernel(s, length);
    for (std::int64_t channel = 0; channel < 3; ++channel) {
      const auto expected = dense_kernel(s, channel, length);
      double most = 0, worst = 0;
      for (std::int64_t l = 0; l < length; ++l) {
        const double value = expected[static_cast<std::size_t>(l)];
        const auto found = static_cast<double>(kernel.data()[channel * length + l]);
        most = std::max(most, std::abs(value));
        worst = std::max(worst, std::abs(value - found));
      }
      CHECK(worst < 2e-7 * most);
    }
  }
}

TEST_CASE("the S4D kernel is as exact over many blocks of steps", "[ops][scan]") {
  const std::int64_t length = 5000, states = 4;
  const Shape shape{1, states};
  const ops::S4d s{Tensor::filled({1}, -5), test::random(shape, 1, -1, -0.1),
                   test::random(shape, 2, 0, 50), test::random(shape, 3), test::random(shape, 4)};
  const Tensor kernel = ops::s4d_kernel(s, length);
  const double dt = std::exp(-5.0);
  double most = 0, worst = 0;
  for (std::int64_t l = 0; l < length; ++l) {
    Complex sum = 0;
    for (std::int64_t n = 0; n < states; ++n) {
      const Complex a = at(s.a_re, s.a_im, n), c = at(s.c_re, s.c_im, n);
      sum += 2.0 * c * (std::exp(dt * a) - 1.0) / a * std::exp(dt * a * static_cast<double>(l));
    }
    most = std::max(most, std::abs(sum.real()));
    worst = std::max(worst, std::abs(sum.real() - static_cast<double>(kernel.data()[l])));
  }
  CHECK(worst < 1e-6 * most);
}

TEST_CASE("gradients of the S4 kernels over several blocks", "[ops][scan][gradcheck]") {
  const ops::S4 fixed = some_s4(2, 3);
  test::check_op(
      {"s4_kernel",
       {{2}, {2, 3}, {2, 3}, {2, 3}, {2, 3}},
       [&](const In& x) {
         return ops::s4_kernel(
             {x[0], x[1], x[2], x[3], x[4], fixed.b_re, fixed.b_im, fixed.c_re, fixed.c_im}, 9);
       },
       -1,
       -0.2});
  test::check_op({"s4_kernel", {{2, 3}, {2, 3}, {2, 3}, {2, 3}, {2, 3}, {2, 3}}, [&](const In& x) {
                    return ops::s4_kernel(
                        {fixed.log_dt, fixed.a_re, fixed.a_im, x[0], x[1], x[2], x[3], x[4], x[5]},
                        9);
                  }});
  test::check_op({"s4d_kernel",
                  {{2}, {2, 3}, {2, 3}, {2, 3}, {2, 3}},
                  [](const In& x) {
                    return ops::s4d_kernel({x[0], x[1], x[2], x[3], x[4]}, 40);
                  },
                  -1,
                  -0.2});
}

TEST_CASE("a complex scan equals the recurrence, for any number of states", "[ops][scan]") {
  const std::int64_t batch = 2, time = 300;
  for (const std::int64_t states : {1, 5, 16, 70, 133}) {
    const Tensor x = test::random({batch, time, 2 * states}, 1);
    const Tensor re = test::random({states}, 2, -0.7, 0.7),
                 im = test::random({states}, 3, -0.7, 0.7);
    const Tensor start = test::random({batch, 2 * states}, 4);
    const Tensor h = ops::complex_scan(x, re, im, start);
    double worst = 0;
    for (std::int64_t b = 0; b < batch; ++b) {
      for (std::int64_t n = 0; n < states; ++n) {
        Complex state = at(start, start.detach(), b * 2 * states + n);
        state.imag(static_cast<double>(start.data()[(b * 2 + 1) * states + n]));
        for (std::int64_t t = 0; t < time; ++t) {
          const std::int64_t place = (b * time + t) * 2 * states + n;
          const auto number = [&](const Tensor& v) {
            return Complex(static_cast<double>(v.data()[place]),
                           static_cast<double>(v.data()[place + states]));
          };
          state = at(re, im, n) * state + number(x);
          worst = std::max(worst, std::abs(state - number(h)));
        }
      }
    }
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("gradients of a complex scan", "[ops][scan][gradcheck]") {
  test::check_op({"complex_scan", {{2, 4, 10}, {5}, {5}, {2, 10}}, [](const In& x) {
                    return ops::complex_scan(x[0], x[1], x[2], x[3]);
                  }});
  test::check_op({"complex_scan", {{1, 2, 34}, {17}, {17}}, [](const In& x) {
                    return ops::complex_scan(x[0], x[1], x[2]);
                  }});
}

TEST_CASE("S4 kernels and complex scans have the same bits for any number of threads",
          "[ops][scan]") {
  test::check_threads([] {
    const ops::S4 s = some_s4(20, 4);
    Tensor p = s.p_re.clone().set_needs_grad(), x = test::random({3, 50, 90}, 1).set_needs_grad();
    Tensor re = test::random({45}, 2, -0.6, 0.6).set_needs_grad();
    const Tensor k =
        ops::s4_kernel({s.log_dt, s.a_re, s.a_im, p, s.p_im, s.b_re, s.b_im, s.c_re, s.c_im}, 30);
    const Tensor h = ops::complex_scan(x, re, re);
    autograd::backward(k, test::random(k.shape(), 4));
    autograd::backward(h, test::random(h.shape(), 5));
    return std::vector{k.clone(), h.clone(), p.grad().clone(), x.grad().clone(), re.grad().clone()};
  });
}

TEST_CASE("kernels and scans of nothing are nothing", "[ops][scan]") {
  CHECK(ops::s4_kernel(some_s4(2, 3), 0).size() == 0);
  CHECK(ops::s4d_kernel({Tensor::zeros({2}), Tensor::zeros({2, 0}), Tensor::zeros({2, 0}),
                         Tensor::zeros({2, 0}), Tensor::zeros({2, 0})},
                        3)
            .size() == 6);
  CHECK(
      ops::complex_scan(Tensor::zeros({2, 0, 6}), Tensor::zeros({3}), Tensor::zeros({3})).size() ==
      0);
}

TEST_CASE("S4 and complex scans say what does not fit", "[ops][scan][errors]") {
  const auto z = [](Shape s) { return Tensor::zeros(std::move(s)); };
  ops::S4 s = some_s4(2, 3);
  CHECK_THROWS_WITH(ops::s4_kernel(s, -1), "s4: length -1 is not in [0, 2^28]");
  s.a_re.mutable_data()[4] = 0.5;
  CHECK_THROWS_WITH(ops::s4_kernel(s, 3),
                    "s4: Re(A) must be below 0 for the state to fade, but it is 0.5 in channel 1");
  s.log_dt = z({3});
  CHECK_THROWS_WITH(ops::s4_kernel(s, 3), "s4: log_dt [3] is not [channels] of A [2, 3]");
  s.c_im = z({2, 4});
  CHECK_THROWS_WITH(ops::s4_kernel(s, 3),
                    "s4: A, P, B and C must be of one shape [channels, states], here [2, 3] and "
                    "[2, 4]");
  CHECK_THROWS_WITH(ops::complex_scan(z({2, 3, 5}), z({2}), z({2})),
                    "complex_scan: x [2, 3, 5] is not [batch, time, 2 * states]");
  CHECK_THROWS_WITH(ops::complex_scan(z({2, 3, 6}), z({2}), z({3})),
                    "complex_scan: lambda [2] and [3] do not fit the 3 states of x [2, 3, 6]");
  CHECK_THROWS_WITH(ops::complex_scan(z({2, 3, 6}), z({3}), z({3}), z({2, 3})),
                    "complex_scan: start [2, 3] is not [batch, 2 * states] of x [2, 3, 6]");
}
