#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <kiss_fftr.h>
#include <memory>
#include <numbers>
#include <type_traits>
#include <vector>

#include "kernels/long_convolution.h"

namespace dlt::kernels {
namespace {

using Signal = std::vector<kiss_fft_cpx>;
using Spectrum = kiss_fft_cpx*;
using ConstSpectrum = const kiss_fft_cpx*;

struct Release {
  void operator()(kiss_fft_cfg plan) const { kiss_fft_free(plan); }
  void operator()(kiss_fftr_cfg plan) const { kiss_fftr_free(plan); }
};
template <class Plan>
using Owned = std::unique_ptr<std::remove_pointer_t<Plan>, Release>;

template <class Plan>
Owned<Plan> owned(Plan plan) {
  if (plan == nullptr) std::abort();  // the system is out of memory
  return Owned<Plan>(plan);
}

kiss_fft_cpx product(kiss_fft_cpx a, kiss_fft_cpx b) {
  return {a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r};
}
kiss_fft_cpx conjugate(kiss_fft_cpx a) { return {a.r, -a.i}; }

// Making them takes as long as several transforms, so each thread keeps its last ones; it alone
// can use them, since they have places for what is on the way.
struct Plans {
  Size half = 0;
  Owned<kiss_fftr_cfg> there, back;         // of 2 * half real numbers
  Owned<kiss_fft_cfg> odd_there, odd_back;  // of half complex ones
  Signal turn;                              // exp(-i pi j / (2 half))

  explicit Plans(Size n) : half(n) {
    const auto size = static_cast<int>(n);
    there = owned(kiss_fftr_alloc(2 * size, 0, nullptr, nullptr));
    back = owned(kiss_fftr_alloc(2 * size, 1, nullptr, nullptr));
    odd_there = owned(kiss_fft_alloc(size, 0, nullptr, nullptr));
    odd_back = owned(kiss_fft_alloc(size, 1, nullptr, nullptr));
    for (Size j = 0; j < n; ++j) {
      const double angle = std::numbers::pi / 2 * static_cast<double>(j) / static_cast<double>(n);
      turn.push_back({static_cast<float>(std::cos(angle)), static_cast<float>(-std::sin(angle))});
    }
  }
};
const Plans& plans_of(Size half) {
  thread_local std::unique_ptr<Plans> plans;
  if (plans == nullptr || plans->half != half) plans = std::make_unique<Plans>(half);
  return *plans;
}

// Half of the numbers that a transform has place for, which are at least `time`.
Size half_of(Size time) { return kiss_fft_next_fast_size(static_cast<int>((time + 1) / 2)); }

// Two transforms of signals of `time` numbers: at the roots of z^size = 1, as usual, and at those
// of z^size = -1. A product that is longer than `size` wraps around with its sign kept in the one
// and turned in the other, so their mean is the product. That is as much work as one transform of
// a signal padded to twice the length, but closer to the caches' size.
//
// The second kind: x mod z^half + i is x_j - i x_{j + half}, real x being the conjugate of it mod
// z^half - i, and with z = exp(-i pi / size) w that is a polynomial in w mod w^half - 1.
class Fourier {
 public:
  explicit Fourier(Size time)
      : time_(time),
        half_(half_of(time)),
        plans_(plans_of(half_)),
        signal_(static_cast<std::size_t>(2 * half_)),
        turned_(static_cast<std::size_t>(half_)) {}

  Size points() const { return 2 * half_ + 1; }

  void transform(Spectrum out, const real* x) {
    std::copy_n(x, time_, signal_.begin());
    std::fill(signal_.begin() + time_, signal_.end(), 0.0F);
    kiss_fftr(plans_.there.get(), signal_.data(), out);
    const float* later = signal_.data() + half_;
    for (std::size_t j = 0; j < turned_.size(); ++j) {
      turned_[j] = product({signal_[j], -later[j]}, plans_.turn[j]);
    }
    kiss_fft(plans_.odd_there.get(), turned_.data(), out + half_ + 1);
  }

  // y (+)= the signal whose transform is `x`.
  void invert(real* y, ConstSpectrum x, bool accumulate) {
    kiss_fftri(plans_.back.get(), x, signal_.data());
    kiss_fft(plans_.odd_back.get(), x + half_ + 1, turned_.data());
    const float scale = 0.25F / static_cast<float>(half_);  // of the sums over 2 half; twice `odd`
    for (Size t = 0; t < time_; ++t) {
      const auto at = static_cast<std::size_t>(t < half_ ? t : t - half_);
      const kiss_fft_cpx odd = product(turned_[at], conjugate(plans_.turn[at]));
      const float mean = signal_[static_cast<std::size_t>(t)] + 2 * (t < half_ ? odd.r : -odd.i);
      y[t] = (accumulate ? y[t] : 0) + static_cast<real>(scale * mean);
    }
  }

 private:
  Size time_, half_;
  const Plans& plans_;
  std::vector<float> signal_;
  Signal turned_;
};

// The transforms of a channel's kernel, and of its rows.
Spectrum row_of(real* spectra, Size row, Size points) {
  return reinterpret_cast<Spectrum>(spectra) + row * points;
}

}  // namespace

Size spectrum_size(Size time) noexcept { return 2 * (2 * half_of(time) + 1); }

void fourier_convolution(real* y, const real* u, const real* kernel, Size step, const LongSize& n,
                         real* spectra) noexcept {
  Fourier fourier(n.time);
  const auto points = static_cast<std::size_t>(fourier.points());
  Signal own(spectra == nullptr ? 2 * points : 0), z(points);
  const auto place = [&](Size row) {
    if (spectra == nullptr) return own.data() + (row > 0 ? fourier.points() : 0);
    return row_of(spectra, row, fourier.points());
  };
  const Spectrum k = place(0);
  fourier.transform(k, kernel);
  for (Size b = 0; b < n.batch; ++b) {
    const Spectrum x = place(1 + b);
    fourier.transform(x, u + b * step);
    for (std::size_t i = 0; i < points; ++i) z[i] = product(x[i], k[i]);
    fourier.invert(y + b * step, z.data(), false);
  }
}

// A correlation is a product with a conjugate transform.
void fourier_convolution_backward(real* du, real* dkernel, const real* dy, Size step,
                                  const LongSize& n, const real* spectra) noexcept {
  Fourier fourier(n.time);
  const auto points = static_cast<std::size_t>(fourier.points());
  Signal g(points), sum(points, kiss_fft_cpx{0, 0});
  const auto* k = reinterpret_cast<ConstSpectrum>(spectra);
  for (Size b = 0; b < n.batch; ++b) {
    const ConstSpectrum x = k + (1 + b) * fourier.points();
    fourier.transform(g.data(), dy + b * step);
    if (dkernel != nullptr) {
      for (std::size_t i = 0; i < points; ++i) {
        const kiss_fft_cpx p = product(conjugate(x[i]), g[i]);
        sum[i] = {sum[i].r + p.r, sum[i].i + p.i};
      }
    }
    if (du == nullptr) continue;
    for (std::size_t i = 0; i < points; ++i) g[i] = product(conjugate(k[i]), g[i]);
    fourier.invert(du + b * step, g.data(), true);
  }
  if (dkernel != nullptr) fourier.invert(dkernel, sum.data(), true);
}

}  // namespace dlt::kernels
