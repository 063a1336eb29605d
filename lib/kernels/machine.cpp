#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/machine.cpp"
#include "kernels/machine.h"

#include <algorithm>
#include <cblas.h>
#include <chrono>
#include <cstdlib>
#include <hwy/cache_control.h>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <vector>

#include "base/parallel.h"
#include "kernels/gemm.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

real read_all(const real* x, Size n) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  auto a = hn::Zero(d), b = a, c = a, e = a;
  for (Size i = 0; i + 4 * lanes <= n; i += 4 * lanes) {
    hwy::Prefetch(x + i + 64 * lanes);
    a = hn::Add(a, at(d, x, i));
    hwy::Prefetch(x + i + 65 * lanes);
    b = hn::Add(b, at(d, x, i + lanes));
    hwy::Prefetch(x + i + 66 * lanes);
    c = hn::Add(c, at(d, x, i + 2 * lanes));
    hwy::Prefetch(x + i + 67 * lanes);
    e = hn::Add(e, at(d, x, i + 3 * lanes));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
namespace {

template <class F>
double best_seconds(int tries, const F& f) {
  double best = 1e30;
  for (int i = 0; i <= tries; ++i) {  // the first one warms up
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (i > 0) best = std::min(best, took.count());
  }
  return best;
}

constexpr Size side = 1024;
constexpr double product_flops = 2.0 * side * side * side;
constexpr std::size_t cells = static_cast<std::size_t>(side) * side;

}  // namespace

HWY_EXPORT(target_name);
HWY_EXPORT(read_all);

std::string simd_name() { return HWY_DYNAMIC_DISPATCH(target_name)(); }
std::string openblas_core() { return openblas_get_corename(); }
std::string openblas_config() { return openblas_get_config(); }

double openblas_gflops(int threads) {
  const std::vector<float> a(cells, 0.5f), b(cells, 0.25f);
  std::vector<float> c(cells);
  openblas_set_num_threads(threads);
  const double seconds = best_seconds(3, [&] {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side, 1.0f, a.data(), side,
                b.data(), side, 0.0f, c.data(), side);
  });
  openblas_set_num_threads(1);
  return product_flops / seconds / 1e9;
}

double gemm_gflops() {
  const std::vector<real> a(cells, real(0.5)), b(cells, real(0.25));
  std::vector<real> c(cells);
  const double seconds = best_seconds(
      3, [&] { gemm(c.data(), a.data(), b.data(), {.m = side, .n = side, .k = side}); });
  return product_flops / seconds / 1e9;
}

double read_bandwidth() {
  constexpr std::size_t bytes = std::size_t{512} << 20, huge_page = std::size_t{2} << 20;
  const std::unique_ptr<real, decltype(&std::free)> data(
      static_cast<real*>(std::aligned_alloc(huge_page, bytes)), &std::free);
  if (data == nullptr) return 0;
  ::madvise(data.get(), bytes, MADV_HUGEPAGE);
  std::fill_n(data.get(), bytes / sizeof(real), real(1));
  std::vector<real> sums(64);  // one for each part, so that nothing is optimized away
  const auto part = static_cast<Size>(bytes / sizeof(real) / sums.size());
  const double seconds = best_seconds(4, [&] {
    parallel_for(static_cast<Size>(sums.size()), 1, [&](Size begin, Size end) {
      for (Size i = begin; i < end; ++i) {
        sums[static_cast<std::size_t>(i)] =
            HWY_DYNAMIC_DISPATCH(read_all)(data.get() + i * part, part);
      }
    });
  });
  return static_cast<double>(bytes) / seconds;
}

}  // namespace dlt::kernels
#endif
