#include <catch2/catch.hpp>
#include <cmath>

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

double mean_of(const Tensor& t) { return static_cast<double>(ops::mean(t).item()); }

}  // namespace

TEST_CASE("norms have exact gradients, with and without weight", "[ops][norm][gradcheck]") {
  const Shape image = {3, 4, 2, 5};
  check_op({"layer_norm", {{4, 3, 5}, {3, 5}, {3, 5}}, [](const In& x) {
              return ops::layer_norm(x[0], {3, 5}, x[1], x[2], 1e-5);
            }});
  check_op({"layer_norm", {{4, 3, 5}}, [](const In& x) {
              return ops::layer_norm(x[0], {3, 5}, {}, {}, 1e-5);
            }});
  check_op({"layer_norm", {{4, 7}, {7}}, [](const In& x) {
              return ops::layer_norm(x[0], {7}, {}, x[1], 1e-5);
            }});
  check_op({"rms_norm", {{4, 7}}, [](const In& x) { return ops::rms_norm(x[0], {7}, {}, 1e-5); }});
  check_op({"rms_norm", {{4, 2, 7}, {2, 7}}, [](const In& x) {
              return ops::rms_norm(x[0], {2, 7}, x[1], 1e-5);
            }});
  for (const std::int64_t groups : {1, 2, 4}) {
    check_op({"group_norm", {image, {4}, {4}}, [=](const In& x) {
                return ops::group_norm(x[0], groups, x[1], x[2], 1e-5);
              }});
  }
  check_op({"group_norm", {{3, 6}, {6}}, [](const In& x) {
              return ops::group_norm(x[0], 2, x[1], {}, 1e-2);
            }});
  check_op({"instance_norm", {image, {4}, {4}}, [](const In& x) {
              return ops::instance_norm(x[0], x[1], x[2], 1e-5);
            }});
  check_op({"instance_norm", {{2, 3, 7}, {3}}, [](const In& x) {
              return ops::instance_norm(x[0], {}, x[1], 1e-5);
            }});
}

TEST_CASE("batch_norm has exact gradients for rows short and long", "[ops][norm][gradcheck]") {
  for (const Shape& shape : {Shape{3, 4, 2, 5}, Shape{7, 4}, Shape{2, 4, 5, 4}, Shape{1, 4, 3}}) {
    INFO(shape.str());
    check_op({"batch_norm", {shape, {4}, {4}}, [](const In& x) {
                return ops::batch_norm(x[0], x[1], x[2], 1e-5, nullptr);
              }});
    check_op({"batch_norm", {shape}, [](const In& x) {
                return ops::batch_norm(x[0], {}, {}, 1e-5, nullptr);
              }});
    const Tensor mean = Tensor::from({4}, {1, 2, 3, 4}), variance = Tensor::filled({4}, 2);
    check_op({"batch_norm", {shape, {4}, {4}}, [&](const In& x) {
                return ops::batch_norm(x[0], mean, variance, x[1], x[2], 1e-5);
              }});
  }
}

TEST_CASE("softmax along any axis", "[ops][norm][gradcheck]") {
  for (const std::int64_t dim : {0, 1, -1}) {
    check_op({"softmax", {{3, 4, 5}}, [=](const In& x) { return ops::softmax(x[0], dim); }});
    check_op(
        {"log_softmax", {{3, 4, 5}}, [=](const In& x) { return ops::log_softmax(x[0], dim); }});
    const Tensor x = test::random({3, 4, 21}, 1);
    Tensor far = x.clone();
    for (std::int64_t i = 0; i < far.size(); ++i) far.mutable_data()[i] += 1024;
    const Tensor p = ops::softmax(far, dim), q = ops::log_softmax(far, dim);
    for (const double s : numbers(ops::sum(p, {dim}))) CHECK(s == Approx(1));
    for (std::int64_t i = 0; i < p.size(); ++i) {
      CHECK(p.data()[i] == Approx(ops::softmax(x, dim).data()[i]).epsilon(1e-3));
      CHECK(std::exp(q.data()[i]) == Approx(p.data()[i]).epsilon(1e-5));
    }
  }
  CHECK(ops::softmax(Tensor::from({}, {5})).item() == 1);
}

TEST_CASE("layer_norm with the unbiased deviation is another function", "[ops][norm]") {
  const Tensor x = Tensor::from({4}, {1, 2, 3, 4});
  const auto biased = numbers(ops::layer_norm(x, {4}, {}, {}, 1e-5));
  const double expected[] = {-1.3416354, -0.4472118, 0.4472118, 1.3416354};
  // Annotated Transformer: (x - mean) / (std + 1e-6), std with n - 1.
  const Tensor deviation = ops::sqrt(ops::var(x, {0})), apart = ops::sub(x, ops::mean(x));
  const auto unbiased =
      numbers(ops::div(apart, ops::add(deviation, Tensor::filled({}, real(1e-6)))));
  const double other[] = {-1.1618941, -0.387298, 0.387298, 1.1618941};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(biased[i] == Approx(expected[i]).epsilon(1e-6));
    CHECK(unbiased[i] == Approx(other[i]).epsilon(1e-5));
  }
}

TEST_CASE("batch_norm gives back the statistics it used", "[ops][norm]") {
  // Per channel 1 2 3 and 10 20 60.
  const Tensor x = Tensor::from({3, 2}, {1, 10, 2, 20, 3, 60});
  ops::BatchStatistics batch;
  const Tensor y = ops::batch_norm(x, {}, {}, 0, &batch);
  CHECK(numbers(batch.mean) == std::vector<double>{2, 30});
  CHECK(numbers(batch.variance) == std::vector<double>{1, 700});  // unbiased
  CHECK(y.data()[0] == Approx(-1 / std::sqrt(2.0 / 3)));          // biased
  const Tensor z = ops::batch_norm(x, batch.mean, batch.variance, {}, {}, 0);
  CHECK(z.data()[0] == -1);
  CHECK(z.data()[4] == 1);
}

TEST_CASE("norms keep their accuracy far from 0 and on any number of threads", "[ops][norm]") {
  Tensor x = test::random({5, 8, 30, 31}, 1);
  for (std::int64_t i = 0; i < x.size(); ++i) x.mutable_data()[i] += 1024;
  for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{
           [](const Tensor& t) { return ops::batch_norm(t, {}, {}, 1e-5, nullptr); },
           [](const Tensor& t) { return ops::group_norm(t, 4, {}, {}, 1e-5); },
           [](const Tensor& t) { return ops::instance_norm(t, {}, {}, 1e-5); }}) {
    const Tensor y = f(x);
    CHECK(mean_of(y) == Approx(0).margin(2e-3));
    CHECK(mean_of(ops::square(y)) == Approx(1).epsilon(1e-3));
    set_threads(3);
    CHECK(numbers(f(x)) == numbers(y));
    set_threads(1);
  }
}

TEST_CASE("mistakes in norms say what was given", "[ops][norm][errors]") {
  const Tensor x = Tensor::zeros({2, 6, 3}), w = Tensor::zeros({5});
  CHECK_THROWS_WITH(ops::layer_norm(x, {6}, {}, {}, 1e-5),
                    "layer_norm: the last axes of input [2, 6, 3] are not the normalized [6]");
  CHECK_THROWS_WITH(ops::layer_norm(x, {3}, w, {}, 1e-5),
                    "layer_norm: weight [5] does not fit normalized [3]");
  CHECK_THROWS_WITH(ops::layer_norm(x, {3}, {}, w, 1e-5),
                    "layer_norm: bias [5] does not fit normalized [3]");
  CHECK_THROWS_WITH(ops::rms_norm(x, w, 1e-5), "rms_norm: input [2, 6, 3] does not fit weight [5]");
  CHECK_THROWS_WITH(ops::layer_norm(Tensor::zeros({2, 0}), {0}, {}, {}, 1e-5),
                    "layer_norm: nothing to normalize in [2, 0]");
  CHECK_THROWS_WITH(ops::group_norm(x, 4, {}, {}, 1e-5),
                    "group_norm: 6 channels do not divide into 4 groups");
  CHECK_THROWS_WITH(ops::group_norm(x, 3, w, {}, 1e-5),
                    "group_norm: weight [5] does not fit 6 channels");
  CHECK_THROWS_WITH(ops::batch_norm(x, {}, w, 1e-5, nullptr),
                    "batch_norm: bias [5] does not fit 6 channels");
  CHECK_THROWS_WITH(ops::batch_norm(w, {}, {}, 1e-5, nullptr),
                    "batch_norm: input [5] is not [n, channels, ...]");
  CHECK_THROWS_WITH(ops::instance_norm(Tensor::zeros({2, 6}), {}, {}, 1e-5),
                    "instance_norm: input [2, 6] is not [n, channels, size...]");
  CHECK_THROWS_WITH(ops::batch_norm(Tensor::zeros({1, 6}), {}, {}, 1e-5, nullptr),
                    "batch_norm: input [1, 6] has 1 values per channel, and the statistics of a "
                    "batch need more than one");
  CHECK_THROWS_WITH(ops::batch_norm(x, w, w, {}, {}, 1e-5),
                    "batch_norm: mean [5] and variance [5] do not fit 6 channels");
  CHECK_THROWS_WITH(ops::softmax(Tensor::zeros({2, 0})), "softmax: nothing to normalize in [2, 0]");
  CHECK_THROWS_WITH(ops::log_softmax(x, 3), "log_softmax: [2, 6, 3] has no axis 3");
}
