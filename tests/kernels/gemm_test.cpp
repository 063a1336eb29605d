#include "kernels/gemm.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cblas.h>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "kernels/on_every_target.h"

namespace dlt::kernels {
namespace {

using Numbers = std::vector<real>;

// Numbers in [-1, 1] from a linear congruence (Knuth's MMIX constants).
Numbers numbers(Size count, std::uint64_t seed) {
  Numbers x(static_cast<std::size_t>(std::max<Size>(count, 1)));
  for (real& v : x) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    v = static_cast<real>(static_cast<double>(seed >> 40) / (1 << 23) - 1);
  }
  return x;
}

// A product with operands of the right size, each row `gap` numbers longer than it need be.
struct Problem {
  Gemm g;
  Size rows_a, rows_b;
  Numbers a, b, c, bias, pre;

  Problem(Gemm wanted, Size gap) : g(wanted) {
    rows_a = g.transpose_a ? g.k : g.m;
    rows_b = g.transpose_b ? g.n : g.k;
    g.lda = (g.transpose_a ? g.m : g.k) + gap;
    g.ldb = (g.transpose_b ? g.k : g.n) + gap;
    g.ldc = g.n + gap;
    a = numbers(rows_a * g.lda, 1);
    b = numbers(rows_b * g.ldb, 2);
    c = numbers(g.m * g.ldc, 3);
    bias = numbers(g.n, 4);
    pre = numbers(g.m * g.ldc, 5);
  }

  void add_bias() { g.bias = bias.data(); }
  void keep_pre() { g.pre = pre.data(); }
};

double activation(Activation which, double x) {
  switch (which) {
    case Activation::gelu:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Activation::relu:
      return x < 0 ? 0 : x;
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::none:
      break;
  }
  return x;
}

// What c and pre should hold, by the definition.
void naive(const Problem& p, Numbers& c, Numbers& pre) {
  const Gemm& g = p.g;
  for (Size i = 0; i < g.m; ++i) {
    for (Size j = 0; j < g.n; ++j) {
      double sum = 0;
      for (Size k = 0; k < g.k; ++k) {
        const double x =
            p.a[static_cast<std::size_t>(g.transpose_a ? k * g.lda + i : i * g.lda + k)];
        const double y =
            p.b[static_cast<std::size_t>(g.transpose_b ? j * g.ldb + k : k * g.ldb + j)];
        sum += x * y;
      }
      const auto at = static_cast<std::size_t>(i * g.ldc + j);
      sum = sum * static_cast<double>(g.scale) + (g.accumulate ? static_cast<double>(c[at]) : 0.0);
      if (g.bias != nullptr) sum += static_cast<double>(g.bias[j]);
      if (g.pre != nullptr) pre[at] = static_cast<real>(sum);
      c[at] = static_cast<real>(activation(g.activation, sum));
    }
  }
}

double largest_difference(const Numbers& x, const Numbers& y) {
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double difference = std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i]));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

using Function = void (*)(real*, const real*, const real*, const Gemm&) noexcept;

void by_packing(real* c, const real* a, const real* b, const Gemm& g) noexcept {
  Numbers packed(static_cast<std::size_t>(packed_size(g)));
  pack(packed.data(), b, g);
  gemm_packed(c, a, packed.data(), g);
}

// Everything must match, the gaps between rows included.
void check(Problem p, Function f = &gemm) {
  const Gemm& g = p.g;
  if (g.pre != nullptr) p.keep_pre();  // in this copy
  Numbers c = p.c, pre = p.pre;
  naive(p, c, pre);
  f(p.c.data(), p.a.data(), p.b.data(), g);
  const double allowed = 4 * std::numeric_limits<real>::epsilon() *
                         (4 + static_cast<double>(g.k) * std::abs(static_cast<double>(g.scale)));
  INFO("m " << g.m << " n " << g.n << " k " << g.k << " transpose " << g.transpose_a
            << g.transpose_b << " strides " << g.lda << ' ' << g.ldb << ' ' << g.ldc);
  CHECK(largest_difference(p.c, c) <= allowed);
  CHECK(largest_difference(p.pre, pre) <= allowed);
}

const std::vector<std::vector<Size>> shapes = {
    {1, 1, 1},    {1, 7, 61},    {7, 1, 3},     {5, 33, 17},  {12, 32, 16},   {13, 31, 65},
    {61, 65, 7},  {100, 40, 64}, {65, 61, 400}, {8, 100, 33}, {130, 130, 20}, {3, 530, 70},
    {2, 9, 1000}, {250, 34, 10}, {25, 1, 385},  {1, 100, 30}};

TEST_CASE("a matrix product agrees with its definition for any shape, transposition and stride") {
  on_every_target([](const char* target) {
    INFO("on " << target);
    for (const auto& s : shapes) {
      for (int flags = 0; flags < 8; ++flags) {
        Gemm g{.m = s[0], .n = s[1], .k = s[2]};
        g.transpose_a = (flags & 1) != 0;
        g.transpose_b = (flags & 2) != 0;
        g.accumulate = (flags & 4) != 0;
        g.scale = flags == 5 ? real(0.5) : real(1);
        for (const Function f : {gemm, gemm_small, by_packing}) {
          check(Problem(g, 0), f);
          check(Problem(g, 5), f);
        }
      }
    }
  });
}

TEST_CASE("a matrix product larger than any block agrees with its definition") {
  check(Problem({.m = 260, .n = 1100, .k = 390}, 0));
  check(Problem({.m = 30, .n = 20, .k = 5000, .transpose_a = true}, 3));
  const Problem wide({.m = 120, .n = 2100, .k = 800, .transpose_b = true, .accumulate = true}, 1);
  check(wide);
  check(wide, by_packing);
}

TEST_CASE("a product with a packed matrix has the bits of one that is not") {
  for (const bool transpose : {false, true}) {
    const Problem p({.m = 32, .n = 700, .k = 1100, .transpose_b = transpose}, 0);
    Numbers plain = p.c, packed = p.c;
    gemm(plain.data(), p.a.data(), p.b.data(), p.g);
    by_packing(packed.data(), p.a.data(), p.b.data(), p.g);
    CHECK(plain == packed);
    set_threads(3);
    by_packing(packed.data(), p.a.data(), p.b.data(), p.g);
    set_threads(1);
    CHECK(plain == packed);
  }
}

TEST_CASE("a product over no k at all leaves the bias, or what was there") {
  for (const bool transpose : {false, true}) {
    Problem p({.m = 3, .n = 5, .k = 0, .transpose_b = transpose}, 1);
    p.add_bias();
    check(p);
    check(Problem({.m = 20, .n = 40, .k = 0, .transpose_b = transpose, .accumulate = true}, 1));
  }
}

TEST_CASE("bias and activation are applied once, and what goes into the activation is kept") {
  on_every_target([](const char* target) {
    INFO("on " << target);
    for (const auto which : {Activation::none, Activation::gelu, Activation::relu,
                             Activation::relu6, Activation::silu}) {
      for (const Size m : {Size{2}, Size{40}}) {
        Gemm g{.m = m, .n = 70, .k = 450, .transpose_b = true, .scale = real(0.1)};
        g.activation = which;
        Problem p(g, 2);
        check(p);
        p.add_bias();
        check(p);
        Problem kept = p;
        kept.add_bias();
        kept.keep_pre();
        check(kept);
      }
    }
  });
}

TEST_CASE("a matrix product has the same bits for any number of threads and alone") {
  for (const auto& s : std::vector<std::vector<Size>>{
           {200, 1300, 500}, {1, 1000, 300}, {5, 515, 77}, {600, 33, 900}, {1500, 96, 64}}) {
    for (int flags = 0; flags < 4; ++flags) {
      const Problem p({.m = s[0],
                       .n = s[1],
                       .k = s[2],
                       .transpose_a = (flags & 1) != 0,
                       .transpose_b = (flags & 2) != 0},
                      0);
      std::vector<Numbers> results;
      for (const int count : {1, 2, 3, 5}) {
        set_threads(count);
        results.push_back(p.c);
        gemm(results.back().data(), p.a.data(), p.b.data(), p.g);
      }
      set_threads(1);
      for (const Numbers& r : results) CHECK(r == results[0]);
    }
  }
}

TEST_CASE("an element's bits do not depend on where in the matrix it lies") {
  const Problem p({.m = 100, .n = 150, .k = 420}, 0);
  Numbers whole = p.c, part = p.c;
  gemm(whole.data(), p.a.data(), p.b.data(), p.g);
  Gemm corner = p.g;
  corner.m = 59;
  corner.n = 77;
  gemm(part.data(), p.a.data(), p.b.data(), corner);
  for (Size i = 0; i < corner.m; ++i) {
    const auto row = whole.begin() + i * p.g.ldc;
    CHECK(std::equal(row, row + corner.n, part.begin() + i * p.g.ldc));
  }
}

void blas(real* c, const real* a, const real* b, const Gemm& g) {
  const auto ta = g.transpose_a ? CblasTrans : CblasNoTrans;
  const auto tb = g.transpose_b ? CblasTrans : CblasNoTrans;
  const auto size = [](Size x) { return static_cast<blasint>(x); };
  if constexpr (sizeof(real) == 4) {
    cblas_sgemm(CblasRowMajor, ta, tb, size(g.m), size(g.n), size(g.k), 1,
                reinterpret_cast<const float*>(a), size(g.lda), reinterpret_cast<const float*>(b),
                size(g.ldb), 0, reinterpret_cast<float*>(c), size(g.ldc));
  } else {
    cblas_dgemm(CblasRowMajor, ta, tb, size(g.m), size(g.n), size(g.k), 1,
                reinterpret_cast<const double*>(a), size(g.lda), reinterpret_cast<const double*>(b),
                size(g.ldb), 0, reinterpret_cast<double*>(c), size(g.ldc));
  }
}

TEST_CASE("matrix products of a Transformer's shapes agree with OpenBLAS") {
  for (Gemm g : {Gemm{.m = 512, .n = 1152, .k = 384, .transpose_b = true},
                 Gemm{.m = 512, .n = 384, .k = 1536},
                 Gemm{.m = 1536, .n = 384, .k = 512, .transpose_a = true}}) {
    Problem p(g, 0);
    Numbers expected = p.c;
    blas(expected.data(), p.a.data(), p.b.data(), p.g);
    gemm(p.c.data(), p.a.data(), p.b.data(), p.g);
    CHECK(largest_difference(p.c, expected) <=
          std::numeric_limits<real>::epsilon() * static_cast<double>(g.k));
  }
}

TEST_CASE("a matrix times a vector agrees with its definition") {
  for (const Size in : {Size{1}, Size{50}, Size{768}}) {
    const Size out = 333;
    Problem p({.m = 1, .n = out, .k = in, .transpose_b = true}, 0);
    p.add_bias();
    Numbers expected = p.c, pre = p.pre;
    naive(p, expected, pre);
    gemv(p.c.data(), p.b.data(), p.a.data(), out, in, p.bias.data());
    CHECK(largest_difference(p.c, expected) <=
          4 * std::numeric_limits<real>::epsilon() * static_cast<double>(4 + in));
  }
}

}  // namespace
}  // namespace dlt::kernels
