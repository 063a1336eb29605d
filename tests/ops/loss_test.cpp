#include "ops/loss.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "support/check_op.h"

using namespace dlt;
using ops::Reduction;
using test::check_op;
using test::In;

namespace {

constexpr Reduction reductions[] = {Reduction::none, Reduction::mean, Reduction::sum};

}  // namespace

TEST_CASE("losses of two tensors have exact gradients, however reduced", "[ops][loss][gradcheck]") {
  const Shape shape = {3, 7};
  const std::vector<Shape> both = {shape, shape};
  const Tensor probability = test::random(shape, 5, 0.05, 0.95);
  for (const Reduction how : reductions) {
    check_op({"mse_loss", both, [=](const In& x) { return ops::mse_loss(x[0], x[1], how); }});
    check_op(
        {"l1_loss", both, [=](const In& x) { return ops::l1_loss(x[0], x[1], how); }, -99, 99});
    for (const double knee : {0.3, 300.0}) {  // most differences beyond it; all within it
      check_op({"smooth_l1_loss", both,
                [=](const In& x) { return ops::smooth_l1_loss(x[0], x[1], knee, how); }, -9, 9});
      check_op({"huber_loss", both,
                [=](const In& x) { return ops::huber_loss(x[0], x[1], knee, how); }, -9, 9});
    }
    check_op(
        {"binary_cross_entropy_with_logits",
         {shape},
         [&](const In& x) { return ops::binary_cross_entropy_with_logits(x[0], probability, how); },
         -9,
         9});
    for (const double alpha : {-1.0, 0.25, 1.0}) {
      for (const double gamma : {0.0, 0.5, 1.0, 2.0}) {
        check_op({"sigmoid_focal_loss",
                  {shape},
                  [&](const In& x) {
                    return ops::sigmoid_focal_loss(x[0], probability, alpha, gamma, how);
                  },
                  -3,
                  3});
      }
    }
  }
  check_op({"smooth_l1_loss without a knee", both,
            [](const In& x) { return ops::smooth_l1_loss(x[0], x[1], 0); }, -99, 99});
  check_op({"mse_loss of x with itself", {shape}, [](const In& x) {
              return ops::mse_loss(x[0], x[0]);
            }});
  for (const auto how : {ops::KlReduction::none, ops::KlReduction::mean, ops::KlReduction::sum,
                         ops::KlReduction::batch_mean}) {
    check_op({"kl_div", {shape}, [&](const In& x) { return ops::kl_div(x[0], probability, how); }});
  }
}

TEST_CASE("losses of classes have exact gradients, weighted, smoothed and ignored",
          "[ops][loss][gradcheck]") {
  const Indices target({5}, {0, 3, 2, 3, 1});
  const Tensor weights = test::random({4}, 5, 0.3, 2);
  for (const Reduction how : reductions) {
    for (const Tensor& weight : {Tensor(), weights}) {
      for (const std::int64_t ignore : {-100, 3}) {
        for (const double smoothing : {0.0, 0.3, 1.0}) {
          check_op({"cross_entropy", {{5, 4}}, [&](const In& x) {
                      return ops::cross_entropy(x[0], target, weight, {how, ignore, smoothing});
                    }});
        }
        check_op({"nll_loss", {{5, 4}}, [&](const In& x) {
                    return ops::nll_loss(x[0], target, weight, {how, ignore, 0});
                  }});
      }
    }
  }
}

TEST_CASE("label smoothing spreads epsilon over all classes, as torch does", "[ops][loss]") {
  const Tensor x = Tensor::from({1, 3}, {2, 1, 0});
  CHECK(ops::cross_entropy(x, Indices({1}, {0}), {}, {}).item() == Approx(0.4076059644));
  CHECK(ops::cross_entropy(x, Indices({1}, {0}), {}, {.smoothing = 0.1}).item() ==
        Approx(0.5076059644));
}

TEST_CASE("cross entropy with every target ignored is 0 and has no gradient", "[ops][loss]") {
  const Tensor x = test::random({2, 3}, 1).set_needs_grad();
  const Indices target({2}, {1, 1});
  const ops::CrossEntropy options{.ignore = 1};

  const Tensor y = ops::cross_entropy(x, target, {}, options);
  const Tensor z = ops::nll_loss(x, target, {}, options);
  autograd::backward(y);
  autograd::backward(z);

  CHECK(y.item() == 0);
  CHECK(z.item() == 0);
  for (real g : x.grad().values()) CHECK(g == 0);
}

TEST_CASE("cross entropy of class weights divides by the weights of the targets", "[ops][loss]") {
  const Tensor x = Tensor::from({2, 2}, {0, 0, 0, std::log(real(3))});
  const Tensor w = Tensor::from({2}, {1, 4});
  // losses log 2 and 4 log(4/3)
  CHECK(ops::cross_entropy(x, Indices({2}, {0, 1}), w, {}).item() ==
        Approx((std::log(2.0) + 4 * std::log(4.0 / 3)) / 5));
}

TEST_CASE("cross entropy and binary cross entropy stay finite for huge logits", "[ops][loss]") {
  const Tensor x = Tensor::from({1, 3}, {1000, -1000, 0}).set_needs_grad();
  const Tensor y = ops::cross_entropy(x, Indices({1}, {1}), {}, {});
  autograd::backward(y);
  CHECK(y.item() == Approx(2000));
  CHECK(x.grad().data()[0] == Approx(1));
  CHECK(x.grad().data()[1] == Approx(-1));

  const Tensor z = Tensor::from({4}, {1000, -1000, 1000, -1000}).set_needs_grad();
  const Tensor t = Tensor::from({4}, {1, 0, 0, 1});
  const Tensor each = ops::binary_cross_entropy_with_logits(z, t, Reduction::none);
  autograd::backward(each, Tensor::filled({4}, 1));
  const real losses[] = {0, 0, 1000, 1000}, slopes[] = {0, 0, 1, -1};
  for (int i = 0; i < 4; ++i) {
    CHECK(each.data()[i] == Approx(losses[i]));
    CHECK(z.grad().data()[i] == Approx(slopes[i]));
  }
  const Tensor focal = ops::sigmoid_focal_loss(z, t, -1, 0.5);
  for (int i = 0; i < 4; ++i) CHECK(focal.data()[i] == Approx(losses[i]).margin(1e-6));
}

TEST_CASE("the logarithms of losses are exact to the last digits", "[ops][loss]") {
  const double error = sizeof(real) == sizeof(double) ? 1e-15 : 4e-7;
  for (const double t : {1e-30, 1e-7, 0.3, 0.70710678, 0.99999, 1.0, 1.5, 3e8}) {
    const Tensor target = Tensor::filled({1}, static_cast<real>(t));
    const double exact = std::log(static_cast<double>(static_cast<real>(t)));
    const double got =
        static_cast<double>(ops::kl_div(Tensor::zeros({1}), target).item() / target.item());
    CHECK(got == Approx(exact).epsilon(error).margin(1e-30));
  }
  for (const double x : {0.0, 1e-3, 0.5, 3.0, 15.0, 60.0}) {
    const Tensor logits = Tensor::filled({1}, static_cast<real>(x)), ones = Tensor::filled({1}, 1);
    const double exact = std::log1p(std::exp(-static_cast<double>(logits.item())));
    CHECK(static_cast<double>(ops::binary_cross_entropy_with_logits(logits, ones).item()) ==
          Approx(exact).epsilon(sizeof(real) == sizeof(double) ? 1e-14 : 1e-6));
  }
}

TEST_CASE("robust losses are squares near 0 and lines beyond", "[ops][loss]") {
  const Tensor x = Tensor::from({3}, {0.25, -3, 0}), t = Tensor::zeros({3});
  const Tensor smooth = ops::smooth_l1_loss(x, t, 0.5, Reduction::none);
  const Tensor huber = ops::huber_loss(x, t, 0.5, Reduction::none);
  const double expected[] = {0.0625, 2.75, 0};
  for (int i = 0; i < 3; ++i) {
    CHECK(smooth.data()[i] == Approx(expected[i]));
    CHECK(huber.data()[i] == Approx(expected[i] / 2));
  }
  CHECK(ops::smooth_l1_loss(x, t, 0).item() == Approx(ops::l1_loss(x, t).item()));
}

TEST_CASE("focal loss without gamma is binary cross entropy, and forgives what is right",
          "[ops][loss]") {
  const Tensor x = test::random({40}, 1, -4, 4), t = Tensor::filled({40}, 1);
  CHECK(ops::sigmoid_focal_loss(x, t, -1, 0, Reduction::sum).item() ==
        Approx(ops::binary_cross_entropy_with_logits(x, t, Reduction::sum).item()));
  const Tensor right = Tensor::filled({1}, 2), one = Tensor::filled({1}, 1);
  const double p = 1 / (1 + std::exp(-2.0));
  CHECK(ops::sigmoid_focal_loss(right, one).item() ==
        Approx(-0.25 * (1 - p) * (1 - p) * std::log(p)));
}

TEST_CASE("KL divergence is 0 between equals and counts no target of 0", "[ops][loss]") {
  const Tensor p = Tensor::from({1, 3}, {0.5, 0.5, 0});
  const Tensor log_p = Tensor::from({1, 3}, {std::log(real(0.5)), std::log(real(0.5)), -7});
  CHECK(ops::kl_div(log_p, p).item() == Approx(0).margin(1e-6));
}

TEST_CASE("the losses of nothing are 0", "[ops][loss]") {
  const Tensor none = Tensor::zeros({0, 3});
  CHECK(ops::mse_loss(none, none).item() == 0);
  CHECK(ops::kl_div(none, none, ops::KlReduction::batch_mean).item() == 0);
  CHECK(ops::cross_entropy(none, Indices({0}, {}), {}, {}).item() == 0);
  CHECK(ops::l1_loss(none, none, Reduction::none).size() == 0);
}

TEST_CASE("losses have the same bits for any number of threads", "[ops][loss]") {
  const Tensor x = test::random({100001}, 1), t = test::random({100001}, 2);
  test::check_threads([&] { return std::vector{ops::mse_loss(x, t)}; });
}

TEST_CASE("losses say what does not fit", "[ops][loss][errors]") {
  const Tensor x = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(ops::mse_loss(x, Tensor::zeros({3})),
                    "mse_loss: input [2, 3] and target [3] are not of one shape");
  CHECK_THROWS_WITH(ops::cross_entropy(x, Indices({2}, {0, 3}), {}, {}),
                    "cross_entropy: target 3 is not in [0, 3), nor the ignored -100");
  CHECK_THROWS_WITH(ops::nll_loss(x, Indices({2}, {0, -1}), {}, {}),
                    "nll_loss: target -1 is not in [0, 3), nor the ignored -100");
  CHECK_THROWS_WITH(ops::cross_entropy(x, Indices({3}, {0, 1, 2}), {}, {}),
                    "cross_entropy: input [2, 3] needs targets [2], got [3]");
  CHECK_THROWS_WITH(ops::cross_entropy(x, Indices({2}, {0, 1}), Tensor::zeros({2}), {}),
                    "cross_entropy: weight [2] does not fit the 3 classes of input [2, 3]");
  CHECK_THROWS_WITH(ops::cross_entropy(Tensor::zeros({3}), Indices({1}, {0}), {}, {}),
                    "cross_entropy: input [3] is not [rows, classes]");
  CHECK_THROWS_WITH(ops::cross_entropy(x, Indices({2}, {0, 1}), {}, {.smoothing = 2}),
                    "cross_entropy: label smoothing 2 is not in [0, 1]");
  CHECK_THROWS_WITH(ops::nll_loss(x, Indices({2}, {0, 1}), {}, {.smoothing = 0.1}),
                    "nll_loss: label smoothing is for cross_entropy");
  CHECK_THROWS_WITH(ops::huber_loss(x, x, 0), "huber_loss: delta 0 is not above 0");
  CHECK_THROWS_WITH(ops::smooth_l1_loss(x, x, -1), "smooth_l1_loss: beta -1 is negative");
  CHECK_THROWS_WITH(ops::sigmoid_focal_loss(x, x, 0.5, -1),
                    "sigmoid_focal_loss: gamma -1 is negative");
}
