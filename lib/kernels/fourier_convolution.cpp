#include <algorithm>
#include <cstdlib>
#include <kiss_fftr.h>
#include <memory>
#include <vector>

#include "kernels/long_convolution.h"

namespace dlt::kernels {
namespace {

using Signal = std::vector<kiss_fft_cpx>;
using Spectrum = kiss_fft_cpx*;
using ConstSpectrum = const kiss_fft_cpx*;

struct Release {
  void operator()(kiss_fftr_cfg plan) const { kiss_fftr_free(plan); }
};
using Plan = std::unique_ptr<kiss_fftr_state, Release>;

Plan plan(Size size, bool inverse) {
  Plan p(kiss_fftr_alloc(static_cast<int>(size), inverse ? 1 : 0, nullptr, nullptr));
  if (p == nullptr) std::abort();  // the system is out of memory
  return p;
}

// Making them takes as long as several transforms, so each thread keeps its last ones; it alone
// can use them, since they have places for what is on the way.
struct Plans {
  Size size = 0;
  Plan there, back;
};
const Plans& plans_of(Size size) {
  thread_local Plans plans;
  if (plans.size != size) plans = {size, plan(size, false), plan(size, true)};
  return plans;
}

kiss_fft_cpx product(kiss_fft_cpx a, kiss_fft_cpx b) {
  return {a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r};
}
kiss_fft_cpx conjugate(kiss_fft_cpx a) { return {a.r, -a.i}; }

// Half of the points of a transform; at least `time`. 2^15 takes kissfft longer than 3^8 5.
Size half_of(Size time) {
  const Size half = kiss_fft_next_fast_size(static_cast<int>(time));
  return half == 32768 ? 32805 : half;
}

// Transforms of signals of `time` numbers, padded so that products do not wrap around.
class Fourier {
 public:
  explicit Fourier(Size time)
      : time_(time),
        size_(2 * half_of(time)),
        plans_(plans_of(size_)),
        signal_(static_cast<std::size_t>(size_)) {}

  Size points() const { return size_ / 2 + 1; }

  void transform(Spectrum out, const real* x) {
    std::copy_n(x, time_, signal_.begin());
    std::fill(signal_.begin() + time_, signal_.end(), 0.0F);
    kiss_fftr(plans_.there.get(), signal_.data(), out);
  }

  // y (+)= the signal whose transform is `x`.
  void invert(real* y, ConstSpectrum x, bool accumulate) {
    kiss_fftri(plans_.back.get(), x, signal_.data());
    const float scale = 1 / static_cast<float>(size_);
    for (Size t = 0; t < time_; ++t) {
      y[t] =
          (accumulate ? y[t] : 0) + static_cast<real>(scale * signal_[static_cast<std::size_t>(t)]);
    }
  }

 private:
  Size time_, size_;
  const Plans& plans_;
  std::vector<float> signal_;
};

// The transforms of a channel's kernel, and of its rows.
Spectrum row_of(real* spectra, Size row, Size points) {
  return reinterpret_cast<Spectrum>(spectra) + row * points;
}

}  // namespace

Size spectrum_size(Size time) noexcept { return 2 * (half_of(time) + 1); }

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
