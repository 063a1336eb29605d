#include <cstdlib>
#include <kiss_fft.h>
#include <memory>
#include <vector>

#include "kernels/long_convolution.h"

namespace dlt::kernels {
namespace {

using Signal = std::vector<kiss_fft_cpx>;

struct Release {
  void operator()(kiss_fft_cfg plan) const { kiss_fft_free(plan); }
};
using Plan = std::unique_ptr<kiss_fft_state, Release>;

Plan plan(Size size, bool inverse) {
  Plan p(kiss_fft_alloc(static_cast<int>(size), inverse ? 1 : 0, nullptr, nullptr));
  if (p == nullptr) std::abort();  // the system is out of memory
  return p;
}

kiss_fft_cpx product(kiss_fft_cpx a, kiss_fft_cpx b) {
  return {a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r};
}
kiss_fft_cpx conjugate(kiss_fft_cpx a) { return {a.r, -a.i}; }

// Transforms of signals of `time` numbers, padded so that products do not wrap around. Two real
// signals travel as one complex signal: what multiplies it is the transform of a real one, which
// keeps them apart.
class Fourier {
 public:
  explicit Fourier(Size time)
      : time_(time),
        size_(kiss_fft_next_fast_size(static_cast<int>(2 * time - 1))),
        there_(plan(size_, false)),
        back_(plan(size_, true)),
        time_side_(static_cast<std::size_t>(size_)) {}

  // Row `b` of x, and the next one where there is one.
  Signal transform(const real* x, Size b, Size rows, Size step) {
    const real *re = x + b * step, *im = b + 1 < rows ? re + step : nullptr;
    for (Size t = 0; t < size_; ++t) {
      const auto at = [this, t](const real* row) {
        return row == nullptr || t >= time_ ? 0.0F : static_cast<float>(row[t]);
      };
      time_side_[static_cast<std::size_t>(t)] = {at(re), at(im)};
    }
    Signal result(time_side_.size());
    kiss_fft(there_.get(), time_side_.data(), result.data());
    return result;
  }

  // y (+)= the signals whose transform is `x`.
  void invert(real* y, const Signal& x, bool accumulate, Size b, Size rows, Size step) {
    kiss_fft(back_.get(), x.data(), time_side_.data());
    const float scale = 1 / static_cast<float>(size_);
    for (Size row = b; row < b + 2 && row < rows; ++row) {
      for (Size t = 0; t < time_; ++t) {
        const kiss_fft_cpx v = time_side_[static_cast<std::size_t>(t)];
        real& out = y[row * step + t];
        out = (accumulate ? out : 0) + static_cast<real>(scale * (row == b ? v.r : v.i));
      }
    }
  }

 private:
  Size time_, size_;
  Plan there_, back_;
  Signal time_side_;
};

}  // namespace

void fourier_convolution(real* y, const real* u, const real* kernel, Size step,
                         const LongSize& n) noexcept {
  Fourier fourier(n.time);
  const Signal k = fourier.transform(kernel, 0, 1, n.time);
  for (Size b = 0; b < n.batch; b += 2) {
    Signal x = fourier.transform(u, b, n.batch, step);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = product(x[i], k[i]);
    fourier.invert(y, x, false, b, n.batch, step);
  }
}

// A correlation is a product with a conjugate transform.
void fourier_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                                  const real* kernel, Size step, const LongSize& n) noexcept {
  Fourier fourier(n.time);
  const Signal k = fourier.transform(kernel, 0, 1, n.time);
  Signal sum(k.size(), kiss_fft_cpx{0, 0});
  for (Size b = 0; b < n.batch; b += 2) {
    Signal g = fourier.transform(dy, b, n.batch, step);
    if (dkernel != nullptr) {
      const Signal x = fourier.transform(u, b, n.batch, step);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const kiss_fft_cpx p = product(conjugate(x[i]), g[i]);
        sum[i] = {sum[i].r + p.r, sum[i].i + p.i};
      }
    }
    if (du == nullptr) continue;
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = product(conjugate(k[i]), g[i]);
    fourier.invert(du, g, true, b, n.batch, step);
  }
  if (dkernel != nullptr) fourier.invert(dkernel, sum, true, 0, 1, n.time);
}

}  // namespace dlt::kernels
