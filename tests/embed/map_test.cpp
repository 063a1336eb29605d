#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "base/rng.h"
#include "embed/onehot.h"
#include "embed/pca.h"
#include "embed/tsne.h"
#include "ops/ops.h"
#include "support/check_op.h"

namespace dlt::embed {
namespace {

// Rows around `centres` corners of a cube, far apart beside their spread.
Tensor clusters(std::int64_t centres, std::int64_t each, std::int64_t dim) {
  Tensor t = Tensor::uninitialized({centres * each, dim});
  Rng rng(5);
  for (std::int64_t i = 0; i < t.size(); ++i) {
    const bool own = i % dim == i / dim / each;
    t.mutable_data()[i] = static_cast<real>((own ? 10 : 0) + 0.3 * rng.normal());
  }
  return t;
}

double apart(const std::vector<double>& at, std::int64_t a, std::int64_t b) {
  const auto i = static_cast<std::size_t>(2 * a), j = static_cast<std::size_t>(2 * b);
  return std::hypot(at[i] - at[j], at[i + 1] - at[j + 1]);
}

template <class F>
void same_with_threads(const F& f) {
  set_threads(1);
  const auto one = f();
  set_threads(3);
  const auto three = f();
  set_threads(1);
  CHECK(one == three);
}

}  // namespace

TEST_CASE("principal directions of points on an ellipse", "[embed][map]") {
  // (4 cos t, 3 sin t) turned by 30 degrees: variances 8 and 4.5.
  Tensor t = Tensor::uninitialized({360, 3});
  const double c = std::cos(std::numbers::pi / 6), s = std::sin(std::numbers::pi / 6);
  for (int i = 0; i < 360; ++i) {
    const double x = 4 * std::cos(i * std::numbers::pi / 180),
                 y = 3 * std::sin(i * std::numbers::pi / 180);
    t.mutable_data()[3 * i] = static_cast<real>(c * x - s * y + 7);
    t.mutable_data()[3 * i + 1] = static_cast<real>(s * x + c * y - 2);
    t.mutable_data()[3 * i + 2] = 1;
  }
  const Principal p = principal(t, 2);
  CHECK(p.variances[0] == Approx(8).epsilon(1e-5));
  CHECK(p.variances[1] == Approx(4.5).epsilon(1e-5));
  CHECK(p.variance == Approx(12.5).epsilon(1e-5));
  CHECK(p.places[0] == Approx(4).epsilon(1e-5));  // t = 0
  CHECK(p.places[1] == Approx(0).margin(1e-4));
  CHECK(std::fabs(p.places[181]) == Approx(3).epsilon(1e-5));  // t = 90 degrees
}

TEST_CASE("principal directions have all of the variance, whatever the shape", "[embed][map]") {
  for (const Shape& shape : {Shape{5, 12}, Shape{40, 3}, Shape{30, 30}, Shape{4, 1}}) {
    const Tensor rows = test::random(shape, 9);
    const Principal p = principal(rows, shape.dim(1));
    double sum = 0;
    for (const double v : p.variances) sum += v;
    CHECK(sum == Approx(p.variance));
    CHECK(std::is_sorted(p.variances.rbegin(), p.variances.rend()));
  }
  const Principal same = principal(Tensor::filled({6, 4}, 2), 2);
  CHECK(same.variance == 0);
  CHECK(same.places == std::vector<double>(12));
  same_with_threads([] { return principal(test::random({300, 40}, 1), 2).places; });
}

TEST_CASE("affinities have the perplexity that was asked for", "[embed][map]") {
  const Tensor rows = test::random({50, 8}, 4);
  const auto p = affinities(rows, 10);
  double total = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(p[i * 50 + i] == 0);
    for (std::size_t j = 0; j < 50; ++j) {
      CHECK(p[i * 50 + j] == p[j * 50 + i]);
      total += static_cast<double>(p[i * 50 + j]);
    }
  }
  CHECK(total == Approx(1).epsilon(1e-5));
  // Of three points on a line, the outer ones see the middle: with perplexity 2 all count alike.
  const auto even = affinities(Tensor::from({3, 1}, {0, 1, 3}), 2);
  for (const std::size_t i : {1u, 2u, 5u}) CHECK(even[i] == Approx(1.0 / 6).epsilon(0.02));
}

TEST_CASE("t-SNE keeps clusters together and apart from others", "[embed][map]") {
  const Tensor rows = clusters(4, 20, 6);
  const auto at = tsne(rows, {.perplexity = 10, .rounds = 400, .seed = 2});
  double within = 0, between = 1e300;
  for (std::int64_t i = 0; i < 80; ++i) {
    for (std::int64_t j = 0; j < i; ++j) {
      const double d = apart(at, i, j);
      if (i / 20 == j / 20) {
        within = std::max(within, d);
      } else {
        between = std::min(between, d);
      }
    }
  }
  CHECK(between > within);
  same_with_threads([&] { return tsne(rows, {.perplexity = 5, .rounds = 30, .seed = 2}); });
  for (const double x : tsne(Tensor::filled({9, 3}, 1), {.perplexity = 2, .rounds = 50})) {
    CHECK(std::isfinite(x));
  }
}

TEST_CASE("[0,1,0] times a table is the table's second row", "[embed][onehot]") {
  const Tensor table = Tensor::from({3, 2}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f});
  const Tensor row = ops::matmul(Tensor::from({1, 3}, {0, 1, 0}), table);
  CHECK(row.data()[0] == static_cast<real>(0.3f));
  CHECK(row.data()[1] == static_cast<real>(0.4f));
}

TEST_CASE("look-up and one-hot product are the same, value and gradient", "[embed][onehot]") {
  for (const OnehotSettings& s : {OnehotSettings{},
                                  {.vocab = 1, .dim = 1, .batch = 1},
                                  {.vocab = 300, .dim = 33, .batch = 500},
                                  {.vocab = 3, .dim = 5, .batch = 2000, .seed = 8}}) {
    const OnehotCheck check = check_onehot(s);
    REQUIRE(check.facts.size() == 5);
    CHECK(check.facts[0].apart == 0);
    for (const OnehotFact& f : check.facts) {
      CAPTURE(f.what, f.apart, f.allowed);
      CHECK(f.holds());
    }
    CHECK(check.holds());
    CHECK(check.look_up_seconds > 0);
  }
  OnehotCheck broken;
  broken.facts = {{"x", 0.5, 0.1}};
  CHECK_FALSE(broken.holds());
}

}  // namespace dlt::embed
