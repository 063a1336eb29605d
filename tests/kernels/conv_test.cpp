#include "kernels/conv.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "kernels/on_every_target.h"

namespace dlt::kernels {
namespace {

using Numbers = std::vector<real>;

// Numbers in [-1, 1] from a linear congruence (Knuth's MMIX constants).
Numbers numbers(Size count, std::uint64_t seed) {
  Numbers x(static_cast<std::size_t>(count));
  for (real& v : x) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    v = static_cast<real>(static_cast<double>(seed >> 40) / (1 << 23) - 1);
  }
  return x;
}

ConvAxis axis(Size in, Size kernel, Size stride = 1, Size padding = 0, Size dilation = 1) {
  const Size out = (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  return {in, kernel, out, stride, padding, dilation};
}

struct Problem {
  ConvSize n;
  Numbers x, w, dy, bias, x_bias;

  explicit Problem(const ConvSize& size)
      : n(size),
        x(numbers(n.batch * n.in * n.rows.in * n.cols.in, 1)),
        w(numbers(n.out * n.in / n.groups * n.rows.kernel * n.cols.kernel, 2)),
        dy(numbers(n.batch * n.out * n.rows.out * n.cols.out, 3)),
        bias(numbers(n.out, 4)),
        x_bias(numbers(n.in, 5)) {}
};

// f(index of y, of x, of w) for every product of the convolution.
template <class F>
void for_products(const ConvSize& n, const F& f) {
  const Size in = n.in / n.groups, out = n.out / n.groups;
  const auto place = [](const ConvAxis& a, Size i, Size k) {
    return i * a.stride + k * a.dilation - a.padding;
  };
  for (Size b = 0; b < n.batch; ++b)
    for (Size o = 0; o < n.out; ++o)
      for (Size i = 0; i < n.rows.out; ++i)
        for (Size j = 0; j < n.cols.out; ++j)
          for (Size c = 0; c < in; ++c)
            for (Size k = 0; k < n.rows.kernel; ++k)
              for (Size l = 0; l < n.cols.kernel; ++l) {
                const Size row = place(n.rows, i, k), column = place(n.cols, j, l);
                if (row < 0 || row >= n.rows.in || column < 0 || column >= n.cols.in) continue;
                const Size channel = b * n.in + o / out * in + c;
                f(static_cast<std::size_t>(((b * n.out + o) * n.rows.out + i) * n.cols.out + j),
                  static_cast<std::size_t>((channel * n.rows.in + row) * n.cols.in + column),
                  static_cast<std::size_t>(((o * in + c) * n.rows.kernel + k) * n.cols.kernel + l));
              }
}

struct Results {
  Numbers y, dx, dx_with_bias, dw;
  bool operator==(const Results&) const = default;
};

// By the definition. dx and dw are added to twos.
Results naive(const Problem& p) {
  std::vector<double> y(p.dy.size()), dx(p.x.size(), 2), with_bias(p.x.size()), dw(p.w.size(), 2);
  const auto fill = [&](std::vector<double>& to, const Numbers& bias) {
    const std::size_t plane = to.size() / (static_cast<std::size_t>(p.n.batch) * bias.size());
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = static_cast<double>(bias[i / plane % bias.size()]);
  };
  fill(y, p.bias);
  fill(with_bias, p.x_bias);
  for_products(p.n, [&](std::size_t i, std::size_t j, std::size_t k) {
    const auto x = static_cast<double>(p.x[j]), w = static_cast<double>(p.w[k]),
               g = static_cast<double>(p.dy[i]);
    y[i] += x * w;
    dx[j] += g * w;
    with_bias[j] += g * w;
    dw[k] += g * x;
  });
  const auto rounded = [](const std::vector<double>& v) { return Numbers(v.begin(), v.end()); };
  return {rounded(y), rounded(dx), rounded(with_bias), rounded(dw)};
}

Results ours(const Problem& p) {
  Results r{Numbers(p.dy.size(), 9), Numbers(p.x.size(), 2), Numbers(p.x.size(), 9),
            Numbers(p.w.size(), 2)};
  conv_forward(r.y.data(), p.x.data(), p.w.data(), p.bias.data(), p.n);
  conv_backward_input(r.dx.data(), p.dy.data(), p.w.data(), true, p.n);
  conv_backward_input(r.dx_with_bias.data(), p.dy.data(), p.w.data(), false, p.n, p.x_bias.data());
  conv_backward_weight(r.dw.data(), p.dy.data(), p.x.data(), true, p.n);
  return r;
}

double largest_difference(const Numbers& x, const Numbers& y) {
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double difference = std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i]));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

void check(const Problem& p) {
  const ConvSize& n = p.n;
  INFO("batch " << n.batch << " in " << n.in << " out " << n.out << " groups " << n.groups
                << " rows " << n.rows.in << " kernel " << n.rows.kernel << " stride "
                << n.rows.stride << " padding " << n.rows.padding << " dilation " << n.rows.dilation
                << " cols " << n.cols.in << " kernel " << n.cols.kernel << " stride "
                << n.cols.stride << " padding " << n.cols.padding << " dilation "
                << n.cols.dilation);
  const Results expected = naive(p), found = ours(p);
  const double unit = 4 * static_cast<double>(std::numeric_limits<real>::epsilon());
  const auto kernel = static_cast<double>(n.rows.kernel * n.cols.kernel);
  CHECK(largest_difference(found.y, expected.y) <= unit * (4 + kernel * static_cast<double>(n.in)));
  const double from_outputs = unit * (4 + kernel * static_cast<double>(n.out));
  CHECK(largest_difference(found.dx, expected.dx) <= from_outputs);
  CHECK(largest_difference(found.dx_with_bias, expected.dx_with_bias) <= from_outputs);
  CHECK(largest_difference(found.dw, expected.dw) <=
        unit * (4 + static_cast<double>(n.batch * n.rows.out * n.cols.out)));
  Numbers dw(p.w.size(), 9), dx(p.x.size(), 9);  // the same without adding
  conv_backward_weight(dw.data(), p.dy.data(), p.x.data(), false, n);
  conv_backward_input(dx.data(), p.dy.data(), p.w.data(), false, n);
  for (real& v : dw) v += 2;
  for (real& v : dx) v += 2;
  CHECK(largest_difference(dw, found.dw) <= 1e-4);
  CHECK(largest_difference(dx, found.dx) <= 1e-4);
}

// A shape that is a pure function of `seed`: every kind of attribute, mostly small.
ConvSize any_size(std::uint64_t seed) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  const auto draw = [&](Size low, Size high) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return low + static_cast<Size>(seed >> 33) % (high - low + 1);
  };
  const auto any_axis = [&] {
    const Size kernel = draw(1, 5), dilation = draw(1, 3), padding = draw(0, 4);
    const Size least = std::max<Size>(1, dilation * (kernel - 1) + 1 - 2 * padding);
    return axis(draw(least, least + 22), kernel, draw(1, 3), padding, dilation);
  };
  const Size groups = draw(1, 4), depthwise = draw(0, 1);
  return {draw(1, 3),           groups * (depthwise == 1 ? 1 : draw(1, 5)),
          groups * draw(1, 17), groups,
          any_axis(),           any_axis()};
}

TEST_CASE("convolutions agree with their definition on every instruction set", "[conv]") {
  on_every_target([](const char* target) {
    INFO("on " << target);
    for (std::uint64_t seed = 0; seed < 60; ++seed) check(Problem(any_size(seed)));
    for (const Size stride : {1, 2})
      for (const Size kernel : {3, 5})
        check(Problem({2, 6, 6, 6, axis(20, kernel, stride, kernel / 2),
                       axis(21, kernel, stride, kernel / 2)}));
    check(Problem({2, 20, 30, 1, axis(8, 1), axis(8, 1)}));
    check(Problem({2, 20, 30, 1, axis(7, 1), axis(5, 1)}));
  });
}

TEST_CASE("convolutions agree with their definition where attributes are odd", "[conv]") {
  const std::vector<ConvSize> sizes = {
      {1, 3, 4, 1, axis(3, 2, 1, 40, 30), axis(3, 2, 1, 40, 30)},  // taps far outside
      {1, 2, 3, 1, axis(2, 1, 7), axis(9, 1, 50)},                 // stride beyond the input
      {1, 2, 3, 1, axis(3, 3, 5, 9), axis(4, 2, 3, 8)},            // outputs of padding alone
      {2, 4, 6, 2, axis(1, 1), axis(700, 4, 1, 3)},                // a long row
      {1, 70, 3, 1, axis(3, 3, 1, 1), axis(3000, 3, 2, 1)},        // rows cut in blocks
      {1, 2, 2, 2, axis(60, 3, 1, 1), axis(900, 3, 1, 1)},         // channels cut in blocks
      {1, 40, 30, 1, axis(40, 3, 1, 1), axis(90, 3, 1, 1)},        // images cut in blocks
      {1, 300, 70, 1, axis(4, 3, 1, 1), axis(4, 3, 1, 1)},         // many factors
      {3, 8, 16, 8, axis(5, 5, 1, 2), axis(3, 5, 1, 2)},           // kernel over all
      {1, 1, 5, 1, axis(12, 5), axis(12, 5)}};
  for (const ConvSize& n : sizes) check(Problem(n));
}

TEST_CASE("convolutions have the same bits for any number of threads", "[conv]") {
  for (const ConvSize& n :
       std::vector<ConvSize>{{3, 64, 48, 1, axis(30, 3, 1, 1), axis(30, 3, 1, 1)},
                             {3, 116, 58, 1, axis(28, 1), axis(28, 1)},
                             {1, 64, 100, 1, axis(7, 3, 1, 1), axis(7, 3, 1, 1)},
                             {3, 60, 60, 60, axis(20, 5, 1, 2), axis(20, 5, 1, 2)},
                             {5, 12, 24, 3, axis(33, 3, 2, 1), axis(31, 4, 2)}}) {
    const Problem p(n);
    const Results alone = ours(p);
    for (const int count : {2, 3}) {
      set_threads(count);
      CHECK((ours(p) == alone));
    }
    set_threads(1);
  }
}

// Dense in place and not, with many factors, depthwise with whole vectors and without.
const std::vector<ConvSize> inference_sizes = {{1, 5, 7, 1, axis(9, 3, 1, 1), axis(9, 3, 1, 1)},
                                               {1, 5, 7, 1, axis(8, 1), axis(8, 1)},
                                               {1, 300, 31, 1, axis(7, 1), axis(7, 1)},
                                               {1, 12, 8, 4, axis(9, 1), axis(11, 1)},
                                               {1, 3, 24, 1, axis(33, 3, 2, 1), axis(70, 3, 2, 1)},
                                               {1, 6, 6, 6, axis(9, 3, 1, 1), axis(20, 3, 1, 1)},
                                               {1, 6, 6, 6, axis(9, 3, 2, 1), axis(75, 3, 2, 1)},
                                               {1, 6, 12, 6, axis(7, 3, 1, 1), axis(7, 3, 1, 1)}};

TEST_CASE("the activation of a convolution is applied to the finished sums", "[conv]") {
  on_every_target([](const char* target) {
    for (const ConvSize& n : inference_sizes) {
      INFO("on " << target << ": in " << n.in << " out " << n.out << " columns " << n.cols.in);
      const Problem p(n);
      Numbers sums(p.dy.size()), y(p.dy.size()), rectified = sums, limited = sums;
      conv_forward(sums.data(), p.x.data(), p.w.data(), p.bias.data(), n);
      std::transform(sums.begin(), sums.end(), rectified.begin(),
                     [](real v) { return std::max(v, real(0)); });
      std::transform(sums.begin(), sums.end(), limited.begin(),
                     [](real v) { return std::clamp(v, real(0), real(6)); });
      conv_forward(y.data(), p.x.data(), p.w.data(), p.bias.data(), n, Activation::relu);
      CHECK((y == rectified));
      conv_forward(y.data(), p.x.data(), p.w.data(), p.bias.data(), n, Activation::relu6);
      CHECK((y == limited));
    }
  });
}

TEST_CASE("a prepared convolution finds its channels anywhere", "[conv]") {
  on_every_target([](const char* target) {
    for (const ConvSize& n : inference_sizes) {
      INFO("on " << target << ": in " << n.in << " out " << n.out << " columns " << n.cols.in);
      const Problem p(n);
      Numbers expected(p.dy.size()), y(p.dy.size());
      conv_forward(expected.data(), p.x.data(), p.w.data(), p.bias.data(), n, Activation::relu);
      const Size plane = n.rows.in * n.cols.in;  // channels in reverse order, with room between
      Numbers x(static_cast<std::size_t>(n.in * (plane + 3)));
      std::vector<Size> channels;
      for (Size c = 0; c < n.in; ++c) {
        channels.push_back((n.in - 1 - c) * (plane + 3));
        std::copy_n(p.x.data() + c * plane, plane, x.data() + channels.back());
      }
      const PreparedConv conv(p.w.data(), p.bias.data(), n, Activation::relu);
      conv(y.data(), x.data(), channels.data());
      CHECK((y == expected));
    }
  });
}

TEST_CASE("sums over channels are over batch and pixels", "[conv]") {
  const Numbers x = numbers(3 * 4 * 37, 1);
  Numbers sums(4, 1), expected(4, 1);
  for (std::size_t i = 0; i < x.size(); ++i) expected[i / 37 % 4] += x[i];
  add_channels(sums.data(), x.data(), 3, 4, 37);
  CHECK(largest_difference(sums, expected) <= 1e-5);
}

}  // namespace
}  // namespace dlt::kernels
