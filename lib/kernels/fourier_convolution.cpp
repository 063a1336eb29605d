#include <algorithm>
#include <cstdlib>
#include <kiss_fftr.h>
#include <memory>
#include <vector>

#include "kernels/long_convolution.h"

namespace dlt::kernels {
namespace {

using Signal = std::vector<kiss_fft_cpx>;

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

// Transforms of signals of `time` numbers, padded so that products do not wrap around.
class Fourier {
 public:
  explicit Fourier(Size time)
      : time_(time),
        size_(2 * kiss_fft_next_fast_size(static_cast<int>(time))),
        plans_(plans_of(size_)),
        signal_(static_cast<std::size_t>(size_)) {}

  Signal blank() const { return Signal(signal_.size() / 2 + 1, kiss_fft_cpx{0, 0}); }

  void transform(Signal& out, const real* x) {
    std::copy_n(x, time_, signal_.begin());
    std::fill(signal_.begin() + time_, signal_.end(), 0.0F);
    kiss_fftr(plans_.there.get(), signal_.data(), out.data());
  }

  // y (+)= the signal whose transform is `x`.
  void invert(real* y, const Signal& x, bool accumulate) {
    kiss_fftri(plans_.back.get(), x.data(), signal_.data());
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

}  // namespace

void fourier_convolution(real* y, const real* u, const real* kernel, Size step,
                         const LongSize& n) noexcept {
  Fourier fourier(n.time);
  Signal k = fourier.blank(), x = fourier.blank();
  fourier.transform(k, kernel);
  for (Size at = 0; at < n.batch * step; at += step) {
    fourier.transform(x, u + at);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = product(x[i], k[i]);
    fourier.invert(y + at, x, false);
  }
}

// A correlation is a product with a conjugate transform.
void fourier_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                                  const real* kernel, Size step, const LongSize& n) noexcept {
  Fourier fourier(n.time);
  Signal k = fourier.blank(), g = fourier.blank(), x = fourier.blank(), sum = fourier.blank();
  if (du != nullptr) fourier.transform(k, kernel);
  for (Size at = 0; at < n.batch * step; at += step) {
    fourier.transform(g, dy + at);
    if (dkernel != nullptr) {
      fourier.transform(x, u + at);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const kiss_fft_cpx p = product(conjugate(x[i]), g[i]);
        sum[i] = {sum[i].r + p.r, sum[i].i + p.i};
      }
    }
    if (du == nullptr) continue;
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = product(conjugate(k[i]), g[i]);
    fourier.invert(du + at, g, true);
  }
  if (dkernel != nullptr) fourier.invert(dkernel, sum, true);
}

}  // namespace dlt::kernels
