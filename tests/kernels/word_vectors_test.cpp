#include "kernels/word_vectors.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "base/rng.h"
#include "kernels/on_every_target.h"
#include "tensor/tensor.h"

namespace dlt::kernels {
namespace {

constexpr double tolerance = sizeof(real) == 8 ? 1e-12 : 2e-6;

// Rows as the kernels want them, random in `dim` numbers.
struct Rows {
  Rows(Size rows, Size dim, std::uint64_t seed)
      : width(padded_width(dim)), all(Tensor::zeros({std::max<Size>(rows, 1), width})) {
    Rng rng(seed);
    for (Size r = 0; r < rows; ++r) {
      for (Size k = 0; k < dim; ++k) row(r)[k] = static_cast<real>(rng.uniform(-0.7, 0.7));
      pointers.push_back(row(r));
    }
  }
  real* row(Size r) { return all.mutable_data() + r * width; }

  Size width;
  Tensor all;
  std::vector<real*> pointers;
};

struct Problem {
  Problem(Size xs, Size ys, Size dim)
      : x(xs, dim, 1), dx(xs, dim, 2), y(ys, dim, 3), dy(padded_outputs(ys), dim, 4) {
    for (Size o = 0; o < ys; ++o) labels.push_back(o % 4 == 0 ? real(1) : real(0));
    g.assign(static_cast<std::size_t>(padded_outputs(ys) * xs), real(7));
    rows = {x.pointers.data(), dx.pointers.data(), xs,      y.pointers.data(), labels.data(), ys,
            dy.row(0),         g.data(),           x.width, real(0.05)};
  }

  Rows x, dx, y, dy;
  std::vector<real> labels, g;
  LogisticRows rows{};
};

double product(const real* a, const real* b, Size n) {
  double sum = 0;
  for (Size k = 0; k < n; ++k) sum += static_cast<double>(a[k]) * static_cast<double>(b[k]);
  return sum;
}

double log_likelihood(const LogisticRows& r) {
  double sum = 0;
  for (Size i = 0; i < r.xs; ++i) {
    for (Size o = 0; o < r.ys; ++o) {
      const double score = product(r.x[i], r.y[o], r.width);
      sum -= std::log1p(std::exp(r.labels[o] != 0 ? -score : score));
    }
  }
  return sum;
}

// The naive twin.
struct Expected {
  std::vector<double> g, dx, dy;
};

Expected naive(const LogisticRows& r) {
  Expected e;
  e.g.resize(static_cast<std::size_t>(r.xs * r.ys));
  e.dx.resize(static_cast<std::size_t>(r.xs * r.width));
  e.dy.resize(static_cast<std::size_t>(r.ys * r.width));
  for (Size i = 0; i < r.xs; ++i) {
    for (Size k = 0; k < r.width; ++k) e.dx[i * r.width + k] = static_cast<double>(r.dx[i][k]);
  }
  for (Size i = 0; i < r.xs; ++i) {
    for (Size o = 0; o < r.ys; ++o) {
      const double p = 1 / (1 + std::exp(-product(r.x[i], r.y[o], r.width)));
      const double g = static_cast<double>(r.lr) * (static_cast<double>(r.labels[o]) - p);
      e.g[i * r.ys + o] = g;
      for (Size k = 0; k < r.width; ++k) {
        e.dx[i * r.width + k] += g * static_cast<double>(r.y[o][k]);
        e.dy[o * r.width + k] += g * static_cast<double>(r.x[i][k]);
      }
    }
  }
  return e;
}

double worst(const std::vector<double>& expected, const real* values) {
  double most = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    most = std::max(most, std::abs(expected[i] - static_cast<double>(values[i])));
  }
  return most;
}

void compare(Size xs, Size ys, Size dim) {
  INFO(xs << " inputs, " << ys << " outputs, " << dim << " numbers");
  Problem p(xs, ys, dim);
  const Expected e = naive(p.rows);
  const Tensor before = p.dx.all.clone();
  logistic_rows(p.rows);
  CHECK(worst(e.dx, p.dx.row(0)) < tolerance);
  CHECK(worst(e.dy, p.dy.row(0)) < tolerance);
  for (Size i = 0; i < xs; ++i) {
    for (Size o = 0; o < ys; ++o) {
      const real g = p.g[o / 6 * 6 * xs + i * 6 + o % 6];
      CHECK(std::abs(static_cast<double>(g) - e.g[i * ys + o]) < tolerance);
    }
  }
  std::copy(before.values().begin(), before.values().end(), p.dx.row(0));
  p.rows.dy = nullptr;
  logistic_rows(p.rows);
  CHECK(worst(e.dx, p.dx.row(0)) < tolerance);
}

}  // namespace

TEST_CASE("logistic rows of every shape are as their naive twin", "[kernels][word_vectors]") {
  on_every_target([](const char* target) {
    INFO(target);
    for (const Size dim : {1, 7, 16, 100, 131}) {
      for (const Size xs : {1, 2, 3, 10}) {
        for (const Size ys : {1, 5, 6, 7, 16, 25}) compare(xs, ys, dim);
      }
    }
  });
}

TEST_CASE("logistic rows are the gradient of the log-likelihood", "[kernels][word_vectors]") {
  const double step = sizeof(real) == 8 ? 1e-5 : 1e-2, allowed = sizeof(real) == 8 ? 1e-6 : 1e-2;
  Problem p(3, 7, 10);
  std::fill_n(p.dx.row(0), p.dx.all.size(), real(0));
  logistic_rows(p.rows);
  const auto check = [&](real* value, real gradient) {
    const real kept = *value;
    *value = static_cast<real>(static_cast<double>(kept) + step);
    const double right = log_likelihood(p.rows);
    *value = static_cast<real>(static_cast<double>(kept) - step);
    const double left = log_likelihood(p.rows);
    *value = kept;
    CHECK(static_cast<double>(gradient / p.rows.lr) ==
          Approx((right - left) / (2 * step)).epsilon(allowed).margin(allowed));
  };
  for (Size k = 0; k < 10; ++k) {
    for (Size i = 0; i < 3; ++i) check(p.x.row(i) + k, p.dx.row(i)[k]);
    for (Size o = 0; o < 7; ++o) check(p.y.row(o) + k, p.dy.row(o)[k]);
  }
}

TEST_CASE("one step of skip-gram with one negative", "[kernels][word_vectors]") {  // seeds.md 12.4
  on_every_target([](const char* target) {
    INFO(target);
    const double allowed = sizeof(real) == 8 ? 1e-9 : 1e-7;
    Rows x(1, 2, 1), y(2, 2, 1), dx(1, 2, 1), dy(6, 2, 1);
    const auto set = [](real* row, double a, double b) {
      row[0] = static_cast<real>(a);
      row[1] = static_cast<real>(b);
    };
    set(dx.row(0), 0, 0);
    set(x.row(0), 0.1, 0.2);
    set(y.row(0), 0.3, -0.1);
    set(y.row(1), -0.2, 0.4);
    const real labels[] = {1, 0};
    real g[6];
    const LogisticRows rows{
        x.pointers.data(), dx.pointers.data(), 1, y.pointers.data(), labels, 2, dy.row(0), g,
        x.width,           real(0.025)};
    CHECK(-log_likelihood(rows) == Approx(1.4117567936).margin(allowed));
    logistic_rows(rows);
    const auto near = [&](const real* row, const real* change, double a, double b) {
      CHECK(static_cast<double>(row[0] + change[0]) == Approx(a).margin(allowed));
      CHECK(static_cast<double>(row[1] + change[1]) == Approx(b).margin(allowed));
    };
    near(y.row(0), dy.row(0), 0.3012437501, -0.0975124999);
    near(y.row(1), dy.row(1), -0.2012874888, 0.3974250225);
    near(x.row(0), dx.row(0), 0.1063062277, 0.1936062949);
  });
}

TEST_CASE("rows are added up and added to", "[kernels][word_vectors]") {
  on_every_target([](const char* target) {
    INFO(target);
    Rows x(5, 37, 1), to(5, 37, 2), mean(1, 37, 3);
    for (const Size xs : {1, 2, 5}) {
      sum_rows(mean.row(0), x.pointers.data(), xs, real(0.5), x.width);
      for (Size k = 0; k < x.width; ++k) {
        double sum = 0;
        for (Size i = 0; i < xs; ++i) sum += static_cast<double>(x.row(i)[k]);
        CHECK(std::abs(static_cast<double>(mean.row(0)[k]) - sum / 2) < tolerance);
      }
    }
    const Tensor before = to.all.clone();
    add_to_rows(to.pointers.data(), 5, x.row(3), real(0.25), x.width);
    const RowDelta deltas[] = {{1, 0, 2}, {4, 2, 1}, {1, 1, -1}, {1, 0, 0.5}, {0, 4, 1}};
    add_deltas(to.row(0), x.row(0), deltas, 5, x.width);
    for (Size r = 0; r < 5; ++r) {
      for (Size k = 0; k < x.width; ++k) {
        double sum = static_cast<double>(before.data()[r * x.width + k]);
        sum += 0.25 * static_cast<double>(x.row(3)[k]);
        for (const RowDelta& d : deltas) {
          const auto delta = static_cast<double>(x.row(d.delta)[k]);
          if (d.row == r) sum += static_cast<double>(d.factor) * delta;
        }
        CHECK(std::abs(static_cast<double>(to.row(r)[k]) - sum) < tolerance);
      }
    }
  });
}

}  // namespace dlt::kernels
