#include <catch2/catch.hpp>
#include <cmath>
#include <complex>

#include "autograd/autograd.h"
#include "kernels/long_convolution.h"
#include "ops/recurrent.h"
#include "support/check_op.h"

using namespace dlt;
using test::In;

TEST_CASE("the scan of one state is that of Mamba's code, not of exact ZOH", "[ops][scan]") {
  const Tensor u = Tensor::from({1, 1, 3}, {1, 2, 3});
  const Tensor delta = Tensor::filled({1, 1, 3}, static_cast<real>(std::log(2.0)));
  const Tensor a = Tensor::filled({1, 1}, -1), ones = Tensor::filled({1, 1, 3}, 1);
  const ops::Scan s = ops::selective_scan(u, delta, a, ones, ones, Tensor::filled({1}, 1));
  const double expected[] = {1.6931471806, 3.7328679514, 5.9458755174};
  for (int i = 0; i < 3; ++i) CHECK(s.y.data()[i] == Approx(expected[i]));
  CHECK(s.last_state.item() == Approx(expected[2] - 3));
}

TEST_CASE("a scan of many states and channels equals the recurrence", "[ops][scan]") {
  const std::int64_t batch = 2, channels = 19, states = 11, time = 6;
  const Tensor u = test::random({batch, channels, time}, 1);
  const Tensor delta = test::random({batch, channels, time}, 2, 0, 1);
  const Tensor a = test::random({channels, states}, 3, -2, 0);
  const Tensor b = test::random({batch, states, time}, 4), c = test::random(b.shape(), 5);
  const ops::Scan s = ops::selective_scan(u, delta, a, b, c, {});
  for (std::int64_t row = 0; row < batch * channels; ++row) {
    std::vector<double> h(static_cast<std::size_t>(states));
    for (std::int64_t t = 0; t < time; ++t) {
      const double step = static_cast<double>(delta.data()[row * time + t]);
      double y = 0;
      for (std::int64_t n = 0; n < states; ++n) {
        const auto at = (row / channels * states + n) * time + t;
        double& state = h[static_cast<std::size_t>(n)];
        state =
            std::exp(step * static_cast<double>(a.data()[row % channels * states + n])) * state +
            step * static_cast<double>(u.data()[row * time + t] * b.data()[at]);
        y += state * static_cast<double>(c.data()[at]);
      }
      CHECK(static_cast<double>(s.y.data()[row * time + t]) == Approx(y).margin(1e-5));
    }
    CHECK(static_cast<double>(s.last_state.data()[row * states]) == Approx(h[0]).margin(1e-5));
  }
}

TEST_CASE("gradients of the scan over more channels than one group", "[ops][scan][gradcheck]") {
  const In x = {test::random({1, 18, 2}, 1), test::random({1, 18, 2}, 2, 0.1, 1),
                test::random({18, 2}, 3, -1, 0), test::random({1, 2, 2}, 4)};
  test::check_op({"selective_scan", {{1, 2, 2}, {1, 2, 2}}, [&](const In& y) {
                    return ops::selective_scan(x[0], x[1], x[2], y[0], y[1], {}).y;
                  }});
  for (const auto part : {&ops::Scan::y, &ops::Scan::last_state}) {
    test::check_op({"selective_scan by all it takes",
                    {{1, 18, 2}, {1, 18, 2}, {18, 2}, {1, 2, 2}, {1, 2, 2}, {18}},
                    [&](const In& y) {
                      return ops::selective_scan(y[0], y[1], y[2], y[3], y[4], y[5]).*part;
                    }});
  }
  const Tensor own = test::random({3, 3}, 5, -1, 0);
  test::check_op({"selective_scan of itself", {{1, 3, 3}}, [&](const In& y) {
                    return ops::selective_scan(y[0], y[0], own, y[0], y[0], {}).y;
                  }});
}

TEST_CASE("the S4D kernel is the sum of powers, also where A is almost 0", "[ops][scan]") {
  const ops::S4d s{Tensor::from({1}, {-1}), Tensor::from({1, 3}, {-0.5, real(-1e-4), -1}),
                   Tensor::from({1, 3}, {3, real(1e-4), 0}), Tensor::from({1, 3}, {1, 2, 3}),
                   Tensor::from({1, 3}, {-1, 0.5, 0})};
  const Tensor k = ops::s4d_kernel(s, 37);
  const double dt = std::exp(-1.0);
  for (std::int64_t l = 0; l < 37; ++l) {
    std::complex<double> sum = 0;
    for (std::size_t n = 0; n < 3; ++n) {
      const std::complex<double> a(static_cast<double>(s.a_re.values()[n]),
                                   static_cast<double>(s.a_im.values()[n]));
      const std::complex<double> c(static_cast<double>(s.c_re.values()[n]),
                                   static_cast<double>(s.c_im.values()[n]));
      sum += c * (std::exp(dt * a) - 1.0) / a * std::exp(dt * a * static_cast<double>(l));
    }
    CHECK(static_cast<double>(k.data()[l]) == Approx(2 * sum.real()).epsilon(1e-5));
  }
  ops::S4d slow{Tensor::zeros({1}), Tensor::filled({1, 1}, real(-1e-8)), Tensor::zeros({1, 1}),
                Tensor::filled({1, 1}, 1), Tensor::zeros({1, 1})};
  const Tensor flat = ops::s4d_kernel(slow, 3);
  for (real v : flat.values()) CHECK(v == Approx(2));
  slow.a_re.mutable_data()[0] = 0;
  CHECK_THROWS_WITH(ops::s4d_kernel(slow, 3),
                    "s4d: Re(A) must be below 0 for the state to fade, but it is 0 in channel 0");
}

TEST_CASE("gradients of the S4D kernel and of long convolution", "[ops][scan][gradcheck]") {
  test::check_op({"s4d_kernel",
                  {{2}, {2, 3}, {2, 3}, {2, 3}, {2, 3}},
                  [](const In& x) {
                    return ops::s4d_kernel({x[0], x[1], x[2], x[3], x[4]}, 6);
                  },
                  -1,
                  -0.2});
  test::check_op({"s4d_kernel where A is almost 0",
                  {{2}, {2, 3}, {2, 3}, {2, 3}, {2, 3}},
                  [](const In& x) {
                    return ops::s4d_kernel({x[0], x[1], x[2], x[3], x[4]}, 4);
                  },
                  -0.06,
                  -0.03});
  test::check_op({"long_convolution", {{2, 2, 5}, {2, 5}, {2}}, [](const In& x) {
                    return ops::long_convolution(x[0], x[1], x[2]);
                  }});
  test::check_op({"long_convolution without skip", {{2, 2, 5}, {2, 5}}, [](const In& x) {
                    return ops::long_convolution(x[0], x[1]);
                  }});
}

TEST_CASE("Fourier transforms convolve as the sum does", "[ops][scan]") {
  const std::int64_t batch = GENERATE(1, 3), channels = 2, time = 600;
  const kernels::LongSize n{batch, channels, time};
  const Tensor u = test::random({batch, channels, time}, 1), k = test::random({channels, time}, 2);
  const Tensor dy = test::random(u.shape(), 3);
  const auto run = [&](bool fourier) {
    std::vector<Tensor> out = {Tensor::zeros(u.shape()), Tensor::filled(u.shape(), 1),
                               Tensor::filled(k.shape(), 1)};
    std::vector<real> spectra(static_cast<std::size_t>((1 + batch) * kernels::spectrum_size(time)));
    const auto step = channels * time;
    for (std::int64_t at = 0; at < step; at += time) {
      real *y = out[0].mutable_data() + at, *du = out[1].mutable_data() + at;
      real* dk = out[2].mutable_data() + at;
      if (fourier) {
        kernels::fourier_convolution(y, u.data() + at, k.data() + at, step, n, spectra.data());
        kernels::fourier_convolution_backward(du, dk, dy.data() + at, step, n, spectra.data());
      } else {
        kernels::direct_convolution(y, u.data() + at, k.data() + at, step, n);
        kernels::direct_convolution_backward(du, dk, dy.data() + at, u.data() + at, k.data() + at,
                                             step, n);
      }
    }
    return out;
  };
  const auto direct = run(false), fourier = run(true);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::int64_t j = 0; j < direct[i].size(); ++j) {
      REQUIRE(fourier[i].data()[j] == Approx(direct[i].data()[j]).margin(1e-4));
    }
  }
}

TEST_CASE("long convolutions pass gradients on by transforms as by sums", "[ops][scan]") {
  const std::int64_t time = 900;
  Tensor u = test::random({2, 3, time}, 1).set_needs_grad();
  Tensor k = test::random({3, time}, 2).set_needs_grad();
  const Tensor dy = test::random(u.shape(), 3);
  const Tensor y = ops::long_convolution(u, k);
  {
    const autograd::NoGrad off;
    const Tensor again = ops::long_convolution(u, k);
    CHECK(std::equal(y.values().begin(), y.values().end(), again.values().begin()));
  }
  autograd::backward(y, dy);
  std::vector<Tensor> direct = {Tensor::zeros(u.shape()), Tensor::zeros(k.shape())};
  for (std::int64_t at = 0; at < 3 * time; at += time) {
    kernels::direct_convolution_backward(direct[0].mutable_data() + at,
                                         direct[1].mutable_data() + at, dy.data() + at,
                                         u.data() + at, k.data() + at, 3 * time, {2, 3, time});
  }
  for (std::int64_t i = 0; i < u.size(); ++i) {
    REQUIRE(u.grad().data()[i] == Approx(direct[0].data()[i]).margin(2e-4));
  }
  for (std::int64_t i = 0; i < k.size(); ++i) {
    REQUIRE(k.grad().data()[i] == Approx(direct[1].data()[i]).margin(2e-4));
  }
}

TEST_CASE("scans and convolutions have the same bits for any number of threads", "[ops][scan]") {
  test::check_threads([] {
    const Tensor u = test::random({3, 40, 7}, 1).set_needs_grad();
    const Tensor b = test::random({3, 4, 7}, 2).set_needs_grad();
    const ops::Scan s = ops::selective_scan(u, u, test::random({40, 4}, 3, -1, 0), b, b, {});
    autograd::backward(s.y, test::random(u.shape(), 4));
    return std::vector{s.y.clone(), u.grad().clone(), b.grad().clone()};
  });
}

TEST_CASE("scans of nothing are nothing", "[ops][scan]") {
  const auto none = [](Shape s) { return Tensor::zeros(std::move(s)); };
  const ops::Scan s = ops::selective_scan(none({2, 3, 0}), none({2, 3, 0}), none({3, 2}),
                                          none({2, 2, 0}), none({2, 2, 0}), {});
  for (real v : s.last_state.values()) CHECK(v == 0);
  CHECK(ops::selective_scan(none({0, 3, 4}), none({0, 3, 4}), none({3, 0}), none({0, 0, 4}),
                            none({0, 0, 4}), {})
            .y.size() == 0);
  CHECK(ops::long_convolution(none({2, 3, 0}), none({3, 0})).size() == 0);
}

TEST_CASE("scans say what does not fit", "[ops][scan][errors]") {
  const auto z = [](Shape s) { return Tensor::zeros(std::move(s)); };
  const Tensor u = z({2, 3, 4}), a = z({3, 5}), b = z({2, 5, 4});
  CHECK_THROWS_WITH(ops::selective_scan(u, b, a, b, b, {}),
                    "selective_scan: u [2, 3, 4] and delta [2, 5, 4] must be one shape [batch, "
                    "channels, time]");
  CHECK_THROWS_WITH(ops::selective_scan(u, u, z({4, 5}), b, b, {}),
                    "selective_scan: A [4, 5] is not [channels, states] for u [2, 3, 4]");
  CHECK_THROWS_WITH(ops::selective_scan(u, u, a, b, u, {}),
                    "selective_scan: B [2, 5, 4] and C [2, 3, 4] must be [batch, states, time], "
                    "here [2, 5, 4]");
  CHECK_THROWS_WITH(ops::selective_scan(u, u, a, b, b, z({2})),
                    "selective_scan: D [2] does not fit the 3 channels of u [2, 3, 4]");
  CHECK_THROWS_WITH(ops::long_convolution(u, z({3, 5})),
                    "long_convolution: u [2, 3, 4] and kernel [3, 5] must be [batch, channels, "
                    "time] and [channels, time]");
  CHECK_THROWS_WITH(ops::long_convolution(u, z({3, 4}), z({4})),
                    "long_convolution: D [4] does not fit the 3 channels of u [2, 3, 4]");
  CHECK_THROWS_WITH(ops::s4d_kernel({z({3}), a, a, a, z({3, 4})}, 3),
                    "s4d: A [3, 5] and [3, 5], C [3, 5] and [3, 4] must be [channels, states], and "
                    "log_dt [3] [channels]");
  CHECK_THROWS_WITH(ops::s4d_kernel({z({3}), a, a, a, a}, -1),
                    "s4d: length -1 is not in [0, 2^28]");
}
