#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/long_convolution.cpp"
#include "kernels/long_convolution.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/softmax.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

void add_scaled_row(real* y, const real* x, real factor, Size n) {
  for_row(n, [=](auto d, Size i) {
    put(d, y, i, hn::MulAdd(hn::Set(d, factor), at(d, x, i), at(d, y, i)));
  });
}

// y += k * u
void convolve(real* y, const real* u, const real* k, Size time) {
  for (Size s = 0; s < time; ++s) add_scaled_row(y + s, u, k[s], time - s);
}

// du_i += sum_s k_s dy_{i+s}
void correlate(real* du, const real* dy, const real* k, Size time) {
  for (Size s = 0; s < time; ++s) add_scaled_row(du, dy + s, k[s], time - s);
}

// dk_s += sum_i dy_{s+i} u_i
void lagged_products(real* dk, const real* dy, const real* u, Size time) {
  for (Size s = 0; s < time; ++s) {
    dk[s] +=
        row_sum(time - s, [=](auto d, Size i) { return hn::Mul(at(d, dy, s + i), at(d, u, i)); });
  }
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(add_scaled_row);
HWY_EXPORT(convolve);
HWY_EXPORT(correlate);
HWY_EXPORT(lagged_products);
namespace {

// Where transforms overtake, as measured with AVX-512. They compute in float, so the double build
// does without.
constexpr Size long_from = 768;
bool by_fourier(const LongSize& n) { return sizeof(real) == sizeof(float) && n.time >= long_from; }

}  // namespace

void direct_convolution(real* y, const real* u, const real* kernel, Size step,
                        const LongSize& n) noexcept {
  for (Size b = 0; b < n.batch; ++b) {
    std::fill_n(y + b * step, n.time, real(0));
    HWY_DYNAMIC_DISPATCH(convolve)(y + b * step, u + b * step, kernel, n.time);
  }
}

void direct_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                                 const real* kernel, Size step, const LongSize& n) noexcept {
  for (Size at = 0; at < n.batch * step; at += step) {
    if (du != nullptr) HWY_DYNAMIC_DISPATCH(correlate)(du + at, dy + at, kernel, n.time);
    if (dkernel != nullptr) {
      HWY_DYNAMIC_DISPATCH(lagged_products)(dkernel, dy + at, u + at, n.time);
    }
  }
}

void add_skip(real* y, const real* u, const real* skip, const LongSize& n) noexcept {
  parallel_for(n.batch * n.channels, 1, [=](Size begin, Size end) {
    for (Size r = begin; r < end; ++r) {
      HWY_DYNAMIC_DISPATCH(add_scaled_row)
      (y + r * n.time, u + r * n.time, skip[r % n.channels], n.time);
    }
  });
}

void skip_backward(real* dskip, const real* dy, const real* u, const LongSize& n) noexcept {
  parallel_for(n.channels, 1, [=](Size begin, Size end) {
    for (Size c = begin; c < end; ++c) {
      for (Size b = 0; b < n.batch; ++b) {
        const Size at = (b * n.channels + c) * n.time;
        dskip[c] += dot(dy + at, u + at, n.time);
      }
    }
  });
}

Size kept_spectra(const LongSize& n) noexcept {
  return by_fourier(n) ? n.channels * (1 + n.batch) * spectrum_size(n.time) : 0;
}

void long_convolution(real* y, const real* u, const real* kernel, const LongSize& n,
                      real* spectra) noexcept {
  const Size step = n.channels * n.time, kept = kept_spectra(n) / std::max<Size>(n.channels, 1);
  parallel_for(n.channels, 1, [=](Size begin, Size end) {
    for (Size c = begin; c < end; ++c) {
      const Size at = c * n.time;
      if (kept == 0) {
        direct_convolution(y + at, u + at, kernel + at, step, n);
      } else {
        fourier_convolution(y + at, u + at, kernel + at, step, n,
                            spectra == nullptr ? nullptr : spectra + c * kept);
      }
    }
  });
}

void long_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                               const real* kernel, const LongSize& n,
                               const real* spectra) noexcept {
  const Size step = n.channels * n.time, kept = kept_spectra(n) / std::max<Size>(n.channels, 1);
  parallel_for(n.channels, 1, [=](Size begin, Size end) {
    for (Size c = begin; c < end; ++c) {
      const Size at = c * n.time;
      real* own_du = du == nullptr ? nullptr : du + at;
      real* own_dkernel = dkernel == nullptr ? nullptr : dkernel + at;
      if (kept == 0) {
        direct_convolution_backward(own_du, own_dkernel, dy + at, u + at, kernel + at, step, n);
      } else {
        fourier_convolution_backward(own_du, own_dkernel, dy + at, step, n, spectra + c * kept);
      }
    }
  });
}

}  // namespace dlt::kernels
#endif
