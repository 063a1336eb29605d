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

// A real x mod z^size + 1 by one complex transform of half as many points: mod z^(size/2) + i it
// is x_j - i x_{j + size/2}, mod z^(size/2) - i the conjugate of that, and with z = exp(-i pi /
// size) w it is a polynomial in w mod w^(size/2) - 1.
struct TurnedPlan {
  Size size;
  Owned<kiss_fft_cfg> there, back;  // of size / 2 complex numbers
  Signal turn;                      // exp(-i pi j / size)

  explicit TurnedPlan(Size n) : size(n) {
    const auto points = static_cast<int>(n / 2);
    there = owned(kiss_fft_alloc(points, 0, nullptr, nullptr));
    back = owned(kiss_fft_alloc(points, 1, nullptr, nullptr));
    for (Size j = 0; j < n / 2; ++j) {
      const double angle = std::numbers::pi * static_cast<double>(j) / static_cast<double>(n);
      turn.push_back({static_cast<float>(std::cos(angle)), static_cast<float>(-std::sin(angle))});
    }
  }
};

// Numbers that a transform has place for, which are at least `time`, and can be halved so often
// that each half is even.
constexpr Size halvings = 3;
Size size_of(Size time) {
  constexpr Size unit = 2 << halvings;
  return unit * kiss_fft_next_fast_size(static_cast<int>((time + unit - 1) / unit));
}

// Making them takes as long as several transforms, so each thread keeps its last ones; it alone
// can use them, since they have places for what is on the way.
struct Plans {
  Size size;
  std::vector<TurnedPlan> turned;    // of size, size / 2, ..., rest
  Size rest;                         // size of the last part
  Owned<kiss_fftr_cfg> there, back;  // of rest real numbers

  explicit Plans(Size n) : size(n), rest(n >> halvings) {
    for (Size part = size; part >= rest; part /= 2) turned.emplace_back(part);
    there = owned(kiss_fftr_alloc(static_cast<int>(rest), 0, nullptr, nullptr));
    back = owned(kiss_fftr_alloc(static_cast<int>(rest), 1, nullptr, nullptr));
  }
};
const Plans& plans_of(Size size) {
  thread_local std::unique_ptr<Plans> plans;
  if (plans == nullptr || plans->size != size) plans = std::make_unique<Plans>(size);
  return *plans;
}

// Transforms of signals of `time` numbers, whose products have place for twice as many: at the
// roots of z^(2 size) = 1, which are those of z^size = -1, of z^(size/2) = -1 and so on down to
// z^rest = -1, and of z^rest = 1. That is as much work as one transform of a signal padded to twice
// the length, in parts that are closer to the caches' size.
class Fourier {
 public:
  explicit Fourier(Size time)
      : time_(time),
        plans_(plans_of(size_of(time))),
        signal_(static_cast<std::size_t>(plans_.size)),
        turned_(static_cast<std::size_t>(plans_.size / 2)) {}

  Size points() const { return plans_.size + 1; }

  void transform(Spectrum out, const real* x) {
    float* signal = signal_.data();  // x mod z^part - 1
    std::copy_n(x, time_, signal);
    std::fill_n(signal + time_, plans_.size - time_, 0.0F);
    const float* rest = signal;  // x mod z^part + 1
    for (const TurnedPlan& plan : plans_.turned) {
      const Size part = plan.size;
      if (part < plans_.size) {
        float* later = signal + part;
        for (Size t = 0; t < part; ++t) {
          const float first = signal[t], second = later[t];
          signal[t] = first + second;
          later[t] = first - second;
        }
        rest = later;
      }
      turned_transform(out, rest, plan);
      out += part / 2;
    }
    kiss_fftr(plans_.there.get(), signal, out);
  }

  // y (+)= the signal whose transform is `x`.
  void invert(real* y, ConstSpectrum x, bool accumulate) {
    float* signal = signal_.data();  // part times the signal mod z^part - 1
    x += plans_.size - plans_.rest / 2;
    kiss_fftri(plans_.back.get(), x, signal);
    for (auto plan = plans_.turned.rbegin(); plan->size < plans_.size; ++plan) {
      const Size part = plan->size, half = part / 2;
      x -= half;
      const kiss_fft_cpx* odd = turned_inverse(x, *plan);
      float* later = signal + part;
      for (Size t = 0; t < half; ++t) {
        const float a = signal[t], b = signal[t + half], c = 2 * odd[t].r, d = -2 * odd[t].i;
        signal[t] = a + c;
        signal[t + half] = b + d;
        later[t] = a - c;
        later[t + half] = b - d;
      }
    }
    const Size half = plans_.size / 2;
    const kiss_fft_cpx* odd = turned_inverse(x - half, plans_.turned.front());
    const float scale = 0.5F / static_cast<float>(plans_.size);
    for (Size t = 0; t < time_; ++t) {
      const float mean = signal[t] + 2 * (t < half ? odd[t].r : -odd[t - half].i);
      y[t] = (accumulate ? y[t] : 0) + static_cast<real>(scale * mean);
    }
  }

 private:
  void turned_transform(Spectrum out, const float* x, const TurnedPlan& plan) {
    const Size half = plan.size / 2;
    const kiss_fft_cpx* turn = plan.turn.data();
    Spectrum turned = turned_.data();
    for (Size j = 0; j < half; ++j) turned[j] = product({x[j], -x[j + half]}, turn[j]);
    kiss_fft(plan.there.get(), turned, out);
  }

  // size / 2 times x_j - i x_{j + size/2} of the signal x.
  const kiss_fft_cpx* turned_inverse(ConstSpectrum x, const TurnedPlan& plan) {
    Spectrum turned = turned_.data();
    kiss_fft(plan.back.get(), x, turned);
    for (Size j = 0; j < plan.size / 2; ++j) {
      turned[j] = product(turned[j], conjugate(plan.turn[static_cast<std::size_t>(j)]));
    }
    return turned;
  }

  Size time_;
  const Plans& plans_;
  std::vector<float> signal_;
  Signal turned_;
};

// The transforms of a channel's kernel, and of its rows.
Spectrum row_of(real* spectra, Size row, Size points) {
  return reinterpret_cast<Spectrum>(spectra) + row * points;
}

}  // namespace

Size spectrum_size(Size time) noexcept { return 2 * (size_of(time) + 1); }

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
