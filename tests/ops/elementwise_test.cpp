#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"
#include "ops/ops.h"
#include "support/check_op.h"

using namespace dlt;
using test::check_op;
using test::In;

namespace {

std::vector<double> numbers(const Tensor& t) {
  return std::vector<double>(t.values().begin(), t.values().end());
}

using Unary = Tensor (*)(const Tensor&);
using Exact = double (*)(double);

struct Case {
  const char* name;
  Unary op;
  Exact exact;
  double low, high;
};

const std::vector<Case> cases = {
    {"exp", ops::exp, std::exp, -80, 80},
    {"log", ops::log, std::log, 1e-30, 1e30},
    {"log near 1", ops::log, std::log, 0.5, 2},
    {"log1p", ops::log1p, std::log1p, -0.999, 1},
    {"log1p near 0", ops::log1p, std::log1p, -1e-5, 1e-5},
    {"log1p far", ops::log1p, std::log1p, 1, 1e30},
    {"sqrt", ops::sqrt, std::sqrt, 0, 1e30},
    {"rsqrt", ops::rsqrt, [](double x) { return 1 / std::sqrt(x); }, 1e-30, 1e30},
    {"sin", ops::sin, std::sin, -10, 10},
    {"sin far", ops::sin, std::sin, 100, 20000},
    {"sin very far", ops::sin, std::sin, 1e6, 1e9},
    {"cos", ops::cos, std::cos, -10, 10},
    {"cos far", ops::cos, std::cos, -20000, -100},
    {"tanh", ops::tanh, std::tanh, -30, 30},
    {"erf", ops::erf, std::erf, -6, 6},
    {"softplus", ops::softplus, [](double x) { return std::log1p(std::exp(x)); }, -60, 60},
    {"elu", [](const Tensor& x) { return ops::elu(x); },
     [](double x) { return x > 0 ? x : std::expm1(x); }, -60, 3},
    {"mish", ops::mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, -60, 60},
    {"gelu", [](const Tensor& x) { return ops::gelu(x); },
     [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, -4, 40},
    {"pow 3", [](const Tensor& x) { return ops::pow(x, 3); }, [](double x) { return x * x * x; },
     -1e6, 1e6},
    {"pow -2", [](const Tensor& x) { return ops::pow(x, -2); },
     [](double x) { return 1 / (x * x); }, -1e6, -1e-3},
    {"pow 1.7", [](const Tensor& x) { return ops::pow(x, 1.7); },
     [](double x) { return std::pow(x, 1.7); }, 0, 1e10},
    {"pow 21", [](const Tensor& x) { return ops::pow(x, 21); },
     [](double x) { return std::pow(x, 21); }, -10, 10},
};

}  // namespace

TEST_CASE("functions of one variable are accurate over their whole range", "[ops][elementwise]") {
  constexpr double epsilon = std::numeric_limits<real>::epsilon();
  for (const Case& c : cases) {
    constexpr std::int64_t n = 10007;  // not a whole number of vectors
    Tensor x = Tensor::uninitialized({n});
    for (std::int64_t i = 0; i < n; ++i) {
      const double at = static_cast<double>(i) / (n - 1);
      x.mutable_data()[i] = static_cast<real>(c.low + at * (c.high - c.low));
    }
    const Tensor y = c.op(x);
    double worst = 0, where = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<double>(x.data()[i]);
      const double exact = c.exact(at);
      const double error = std::abs(static_cast<double>(y.data()[i]) - exact);
      const double ulps = error / (epsilon * std::abs(exact) + 1e-37);
      if (!(ulps <= worst)) worst = ulps, where = at;
    }
    INFO(c.name << " at " << where);
    CHECK(worst <= (sizeof(real) == 8 ? 100 : 24));  // in double, pow rounds p log x
  }
}

TEST_CASE("functions of one variable keep NaN and meet their limits", "[ops][elementwise]") {
  constexpr real inf = std::numeric_limits<real>::infinity();
  constexpr real nan = std::numeric_limits<real>::quiet_NaN();
  const Tensor x = Tensor::from({1}, {nan}), up = Tensor::from({1}, {inf});
  for (const Unary f : {ops::exp,  ops::log,    ops::log1p,     ops::sqrt,        ops::rsqrt,
                        ops::abs,  ops::sin,    ops::cos,       ops::tanh,        ops::erf,
                        ops::relu, ops::mish,   ops::relu6,     ops::silu,        ops::softplus,
                        ops::selu, ops::square, ops::hardswish, ops::hardsigmoid, ops::softsign}) {
    CHECK(std::isnan(f(x).item()));
  }
  CHECK(std::isnan(ops::clamp(x, -1, 1).item()));
  CHECK(std::isnan(ops::maximum(x, up).item()));
  CHECK(std::isnan(ops::minimum(up, x).item()));
  CHECK(std::isnan(ops::sin(up).item()));
  CHECK(ops::log(Tensor::from({1}, {0})).item() == -inf);
  CHECK(std::isnan(ops::log(Tensor::from({1}, {-1})).item()));
  CHECK(ops::log(up).item() == inf);
  CHECK(ops::log1p(up).item() == inf);
  CHECK(ops::log1p(Tensor::from({1}, {-1})).item() == -inf);
  CHECK(ops::erf(up).item() == 1);
  CHECK(ops::softplus(up).item() == inf);
  CHECK(ops::mish(up).item() == inf);
  CHECK(ops::pow(Tensor::from({1}, {0}), -1).item() == inf);
  CHECK(ops::pow(Tensor::from({1}, {0}), 1.5).item() == 0);
  CHECK(std::isnan(ops::pow(Tensor::from({1}, {-2}), 1.5).item()));
  CHECK(ops::pow(Tensor::from({1}, {-2}), 17).item() == Approx(-131072));
}

TEST_CASE("slopes at the places where a function bends", "[ops][elementwise]") {
  const auto slope = [](const Unary f, real at) {
    const Tensor x = Tensor::from({1}, {at}).set_needs_grad();
    autograd::backward(f(x));
    return x.grad().item();
  };
  CHECK(slope(ops::abs, 0) == 0);
  CHECK(slope(ops::abs, -2) == -1);
  CHECK(slope(ops::relu, 0) == 0);
  CHECK(slope(ops::relu6, 6) == 0);
  CHECK(slope(ops::hardswish, 4) == 1);
  CHECK(slope(ops::hardswish, -4) == 0);
  CHECK(slope(ops::mish, real(1e30)) == 1);
  CHECK(slope([](const Tensor& x) { return ops::clamp(x, -1, 1); }, 1) == 1);
  CHECK(slope([](const Tensor& x) { return ops::clamp(x, -1, 1); }, 2) == 0);
  CHECK(slope([](const Tensor& x) { return ops::pow(x, 0); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return ops::pow(x, 1); }, 0) == 1);
}

// The examples of the catalog lie on one piece each.
TEST_CASE("functions of one variable have exact gradients on each of their pieces",
          "[ops][elementwise][gradcheck]") {
  struct Piece {
    const char* name;
    Unary op;
    double low, high;
  };
  const std::vector<Piece> pieces = {
      {"abs", ops::abs, 0.1, 2},
      {"reciprocal", ops::reciprocal, -2, -0.5},
      {"relu", ops::relu, -2, -0.1},
      {"relu6", ops::relu6, -2, -0.1},
      {"relu6", ops::relu6, 6.1, 9},
      {"leaky_relu", [](const Tensor& x) { return ops::leaky_relu(x, -0.3); }, -2, -0.1},
      {"leaky_relu", [](const Tensor& x) { return ops::leaky_relu(x, -0.3); }, 0.1, 2},
      {"elu", [](const Tensor& x) { return ops::elu(x, -0.5); }, -2, -0.1},
      {"elu", [](const Tensor& x) { return ops::elu(x, -0.5); }, 0.1, 2},
      {"selu", ops::selu, 0.1, 2},
      {"hardswish", ops::hardswish, -9, -3.1},
      {"hardswish", ops::hardswish, 3.1, 9},
      {"hardsigmoid", ops::hardsigmoid, -9, -3.1},
      {"hardsigmoid", ops::hardsigmoid, 3.1, 9},
      {"clamp", [](const Tensor& x) { return ops::clamp(x, -1, 1); }, -3, -1.1},
      {"clamp", [](const Tensor& x) { return ops::clamp(x, -1, 1); }, 1.1, 3},
      {"softplus", ops::softplus, -40, 40},
      {"sigmoid", ops::sigmoid, -40, 40},
      {"silu", ops::silu, -40, 40},
      {"mish", ops::mish, -40, 40},
      {"tanh", ops::tanh, -20, 20},
      {"erf", ops::erf, -6, 6},
      {"gelu", [](const Tensor& x) { return ops::gelu(x); }, -9, 9},
      {"gelu", [](const Tensor& x) { return ops::gelu(x, ops::Gelu::tanh); }, -9, 9},
      {"log1p", ops::log1p, 1, 9},
      {"sin", ops::sin, 100, 110},
      {"cos", ops::cos, 100, 110},
      {"pow", [](const Tensor& x) { return ops::pow(x, 0); }, -1, 1},
      {"pow", [](const Tensor& x) { return ops::pow(x, 1); }, -1, 1},
      {"pow", [](const Tensor& x) { return ops::pow(x, 2); }, -2, 2},
      {"pow", [](const Tensor& x) { return ops::pow(x, 3); }, -2, 2},
      {"pow", [](const Tensor& x) { return ops::pow(x, -2); }, -2, -0.5},
      {"pow", [](const Tensor& x) { return ops::pow(x, 0.5); }, 0.5, 2},
      {"pow", [](const Tensor& x) { return ops::pow(x, 21); }, -1.2, 1.2},
  };
  for (const Piece& p : pieces) {
    INFO(p.low << " to " << p.high);
    check_op({p.name, {{19}}, [&](const In& x) { return p.op(x[0]); }, p.low, p.high});
  }
}

TEST_CASE("two shapes broadcast as in NumPy", "[ops][elementwise][gradcheck]") {
  const std::vector<std::vector<Shape>> pairs = {
      {{2, 3}, {2, 3}},
      {{2, 3, 4}, {4}},
      {{2, 3, 4}, {}},
      {{4}, {2, 3, 4}},
      {{2, 3, 4}, {3, 1}},
      {{2, 1, 4}, {1, 3, 1}},
      {{2, 3, 4}, {2, 1, 1}},
      {{3, 1}, {1, 19}},
      {{2, 1, 3, 1}, {5, 1, 2}},
      {{1, 1}, {1}},
      {{}, {}},
      {{2, 3, 4}, {2, 1, 4}},
  };
  for (const auto& shapes : pairs) {
    INFO(shapes[0].str() << " and " << shapes[1].str());
    check_op({"add", shapes, [](const In& x) { return ops::add(x[0], x[1]); }});
    check_op({"sub", shapes, [](const In& x) { return ops::sub(x[0], x[1]); }});
    check_op({"mul", shapes, [](const In& x) { return ops::mul(x[0], x[1]); }});
    check_op({"div", shapes, [](const In& x) { return ops::div(x[0], x[1]); }, 0.5, 2});
    check_op({"maximum", shapes, [](const In& x) { return ops::maximum(x[0], x[1]); }, -99, 99});
    check_op({"minimum", shapes, [](const In& x) { return ops::minimum(x[0], x[1]); }, -99, 99});
    const Shape& condition = shapes[1];
    std::vector<std::int32_t> flags(static_cast<std::size_t>(condition.size()));
    for (std::size_t i = 0; i < flags.size(); ++i) flags[i] = i % 2 == 0 ? 3 : 0;
    check_op({"where", shapes,
              [&](const In& x) { return ops::where(Indices(condition, flags), x[0], x[1]); }});
  }
  const Indices flags({2, 3, 1}, {1, 0, 0, 5, 0, -1});
  check_op({"where of a condition that is the largest", {{4}, {3, 1}}, [&](const In& x) {
              return ops::where(flags, x[0], x[1]);
            }});
  check_op(
      {"masked_fill", {{2, 3, 5}}, [&](const In& x) { return ops::masked_fill(x[0], flags, 7); }});
  const Tensor y = ops::sub(Tensor::from({2, 1}, {10, 20}), Tensor::from({3}, {1, 2, 3}));
  CHECK(y.shape() == Shape{2, 3});
  CHECK(numbers(y) == std::vector<double>{9, 8, 7, 19, 18, 17});
  CHECK(ops::add(Tensor::zeros({0, 3}), Tensor::zeros({1, 1})).shape() == Shape{0, 3});
}

TEST_CASE("broadcasting gives the same bits with any number of threads", "[ops][elementwise]") {
  const Tensor a = test::random({40, 1, 501}, 1), b = test::random({7, 1}, 2);
  const auto run = [&] {
    Tensor x = a.clone().set_needs_grad(), y = b.clone().set_needs_grad();
    autograd::backward(ops::sum(ops::div(ops::gelu(x), ops::exp(y))));
    return std::pair(numbers(x.grad()), numbers(y.grad()));
  };
  const auto one = run();
  set_threads(3);
  const auto three = run();
  set_threads(1);
  CHECK(one == three);
}

TEST_CASE("of equal elements each gets half the gradient", "[ops][elementwise]") {
  const Tensor a = Tensor::from({3}, {1, 2, 3}).set_needs_grad();
  const Tensor b = Tensor::from({3}, {1, 5, 0}).set_needs_grad();
  autograd::backward(ops::sum(ops::maximum(a, b)));
  CHECK(numbers(a.grad()) == std::vector<double>{0.5, 0, 1});
  CHECK(numbers(b.grad()) == std::vector<double>{0.5, 1, 0});
  autograd::backward(ops::sum(ops::minimum(a, b)));
  CHECK(numbers(a.grad()) == std::vector<double>{1, 1, 1});
  CHECK(numbers(b.grad()) == std::vector<double>{1, 1, 1});
}

TEST_CASE("what where does not take gives no NaN to the other's gradient", "[ops][elementwise]") {
  const Tensor x = Tensor::from({2}, {0, 4}).set_needs_grad();
  const Tensor y = ops::where(Indices({2}, {0, 1}), ops::sqrt(x), ops::neg(x));
  CHECK(numbers(y) == std::vector<double>{0, 2});
  const Tensor z = ops::masked_fill(x, Indices({2}, {1, 0}), -3);
  CHECK(numbers(z) == std::vector<double>{-3, 4});
  autograd::backward(ops::sum(z));
  CHECK(numbers(x.grad()) == std::vector<double>{0, 1});
}

TEST_CASE("mistakes in elementwise calls say what was given", "[ops][elementwise][errors]") {
  CHECK_THROWS_WITH(ops::mul(Tensor::zeros({2, 3}), Tensor::zeros({2})),
                    "mul: shapes [2, 3] and [2] do not broadcast");
  CHECK_THROWS_WITH(ops::where(Indices({2}, {0, 1}), Tensor::zeros({3}), Tensor::zeros({3})),
                    "where: shapes [2] and [3] do not broadcast");
  CHECK_THROWS_WITH(ops::masked_fill(Tensor::zeros({3}), Indices({2, 1}, {0, 1}), 1),
                    "masked_fill: mask [2, 1] does not broadcast to [3]");
  CHECK_THROWS_WITH(ops::add(Tensor::zeros({65536, 1}), Tensor::zeros({65537})),
                    "add: a result [65536, 65537] is too large: 2^31 - 1 elements are the most");
  CHECK_THROWS_WITH(ops::clamp(Tensor::zeros({1}), std::nan(""), 1),
                    "clamp: a bound is not a number");
  CHECK_THROWS_WITH(ops::pow(Tensor::zeros({1}), INFINITY), "pow: exponent inf is not finite");
}
