#include "autograd/autograd.h"

#include <catch2/catch.hpp>
#include <limits>

#include "base/error.h"
#include "ops/ops.h"

using namespace dlt;
using ops::operator+;
using ops::operator*;

namespace {

Tensor leaf(Shape shape, real value) {
  return Tensor::filled(std::move(shape), value).set_needs_grad();
}

void check_all(const Tensor& t, double expected) {
  for (real v : t.values()) CHECK(v == expected);
}

}  // namespace

// The numbers of PyTorch's autograd tutorial.
TEST_CASE("mean of three squares of x + 2: the gradient is 4.5 everywhere", "[autograd]") {
  const Tensor x = leaf({2, 2}, 1);
  const Tensor y = x + Tensor::filled({}, 2);
  const Tensor z = y * y * Tensor::filled({}, 3);
  const Tensor out = ops::mean(z);
  check_all(y, 3);
  check_all(z, 27);
  CHECK(out.item() == 27);
  autograd::backward(out);
  check_all(x.grad(), 4.5);
}

TEST_CASE("gradients add up over several backwards until they are cleared", "[autograd]") {
  Tensor x = leaf({2, 2}, 1);
  const Tensor y = x + Tensor::filled({}, 1);
  const Tensor out = ops::mean(ops::scale(ops::square(y), 3));
  CHECK(out.item() == 12);
  autograd::backward(out);
  check_all(x.grad(), 3);
  autograd::backward(ops::sum(x));
  check_all(x.grad(), 4);
  x.zero_grad();
  CHECK_FALSE(x.has_grad());
  autograd::backward(ops::sum(x));
  check_all(x.grad(), 1);
}

TEST_CASE("a vector times the Jacobian: 1024 doublings", "[autograd]") {
  const Tensor x = leaf({3}, 1);
  Tensor y = ops::scale(x, 2);
  while (ops::sqrt(ops::sum(ops::square(y))).item() < 1000) y = ops::scale(y, 2);
  check_all(y, 1024);
  autograd::backward(y, Tensor::from({3}, {real(0.1), 1, real(0.0001)}));
  const double expected[] = {102.4, 1024, 0.1024};
  for (std::int64_t i = 0; i < 3; ++i) CHECK(x.grad().data()[i] == Approx(expected[i]));
}

TEST_CASE("backward says what it needs", "[autograd][errors]") {
  const Tensor x = leaf({3}, 1), plain = Tensor::filled({}, 1);
  CHECK_THROWS_WITH(
      autograd::backward(ops::scale(x, 2)),
      "backward() starts from a scalar, not shape [3]: give it a vector of that shape too");
  CHECK_THROWS_WITH(autograd::backward(ops::scale(x, 2), Tensor::filled({4}, 1)),
                    "backward(): the vector [4] does not fit the result [3]");
  CHECK_THROWS_WITH(autograd::backward(plain),
                    "backward(): the result depends on no tensor that needs a gradient");
  CHECK_THROWS_WITH(x.grad(), "no gradient here: backward() did not reach shape [3]");
}

TEST_CASE("a leaf was made by nobody, a result knows the op that made it", "[autograd]") {
  const Tensor x = leaf({2}, 3), y = ops::mul(x, x);
  CHECK(x.body()->node == nullptr);
  REQUIRE(y.body()->node != nullptr);
  CHECK(y.body()->node->op == "mul");
  CHECK(y.detach().body()->node == nullptr);
  const autograd::NoGrad off;
  CHECK(ops::mul(x, x).body()->node == nullptr);
}

TEST_CASE("detach shares the array and stops the gradient; NoGrad records nothing", "[autograd]") {
  const Tensor x = leaf({2}, 3);
  const Tensor cut = x.detach();
  CHECK(cut.data() == x.data());
  CHECK_FALSE(ops::mul(cut, cut).needs_grad());
  {
    const autograd::NoGrad off;
    CHECK_FALSE(ops::mul(x, x).needs_grad());
  }
  CHECK(ops::mul(x, x).needs_grad());
  autograd::backward(ops::sum(ops::mul(x, cut)));
  check_all(x.grad(), 3);  // only one of the two factors lets it through
}

TEST_CASE("an op may have several results, of which any may be used", "[autograd]") {
  // y = 2 x, z = 3 x
  const auto both = [](const Tensor& x) {
    return autograd::record("both", {ops::scale(x.detach(), 2), ops::scale(x.detach(), 3)}, {x},
                            [](const std::vector<Tensor>& dys, autograd::InputGrads& dx) {
                              for (std::int64_t i = 0; i < dys[0].size(); ++i) {
                                dx[0][i] += 2 * dys[0].data()[i] + 3 * dys[1].data()[i];
                              }
                            });
  };
  const auto live_before = Tensor::live();
  {
    Tensor x = leaf({2, 2}, 1);
    const auto all = both(x);
    autograd::backward(ops::sum(ops::add(all[0], ops::mul(all[1], all[1]))));
    check_all(x.grad(), 2 + 2 * 3 * 3);
    x.zero_grad();
    autograd::backward(ops::sum(both(x)[1]));
    check_all(x.grad(), 3);
    x.zero_grad();
    const auto again = both(x);
    autograd::backward(again, {Tensor::filled({2, 2}, 1), Tensor::filled({2, 2}, 10)});
    check_all(x.grad(), 32);
  }
  CHECK(Tensor::live() == live_before);
}

TEST_CASE("a gradient that two inputs share is copied before either adds to it", "[autograd]") {
  const Tensor a = leaf({2}, 1), b = leaf({2}, 1);
  autograd::backward(ops::sum(ops::add(a, b)));
  autograd::backward(ops::sum(ops::scale(a, 5)));
  check_all(a.grad(), 6);
  check_all(b.grad(), 1);
}

TEST_CASE("a graph of 100,000 ops is walked and freed without a deep stack", "[autograd]") {
  const auto before = Tensor::live();
  {
    const Tensor x = leaf({1}, 1);
    Tensor y = x;
    for (int i = 0; i < 100000; ++i) y = ops::add(y, x);
    autograd::backward(y);
    CHECK(x.grad().item() == 100001);
  }
  CHECK(Tensor::live() == before);
  {
    const Tensor x = leaf({1}, 1);
    Tensor y = x;
    for (int i = 0; i < 100000; ++i) y = ops::add(y, x);  // never walked
  }
  CHECK(Tensor::live() == before);
}

TEST_CASE("the graph is freed as it is walked", "[autograd]") {
  const Tensor x = leaf({4}, 1);
  const auto before = Tensor::live();
  const Tensor loss = ops::sum(ops::mul(ops::scale(x, 2), ops::scale(x, 3)));
  autograd::backward(loss);
  CHECK(Tensor::live() == before + 1);  // the loss alone
}

TEST_CASE("CheckFinite names the op whose result is not finite", "[autograd][errors]") {
  const Tensor x = Tensor::from({2}, {1, std::numeric_limits<real>::infinity()});
  CHECK_NOTHROW(ops::scale(x, 2));
  const autograd::CheckFinite on;
  CHECK_THROWS_WITH(ops::scale(x, 2), "the result [2] of op 'scale' is not finite");
}
