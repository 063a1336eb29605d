#include "kernels/attention.h"

#include <cmath>

#include "base/parallel.h"
#include "kernels/softmax.h"
#include "kernels/workspace.h"

namespace dlt::kernels {
namespace {

// Turns one head: y (+)= rotation of x; `sign` -1 turns back.
void turn(real* y, const real* x, const real* cos_sin, real sign, bool accumulate, Size width) {
  const Size half = width / 2;
  for (Size j = 0; j < half; ++j) {
    const real c = cos_sin[j], s = sign * cos_sin[half + j];
    const real a = x[j], b = x[j + half];
    y[j] = (accumulate ? y[j] : 0) + a * c - b * s;
    y[j + half] = (accumulate ? y[j + half] : 0) + b * c + a * s;
  }
}

}  // namespace

real AttentionSize::scale() const {
  return static_cast<real>(1 / std::sqrt(static_cast<double>(width)));
}

void attention_step(real* y, const real* q, const real* keys, const real* values, Size used,
                    const AttentionSize& n) noexcept {
  const Size group = n.query / n.key_value, stride = n.key_value * n.width;
  parallel_for(n.query, 1, [&](Size begin, Size end) {
    for (Size h = begin; h < end; ++h) {
      const Size at = h / group * n.width;
      real* p = workspace(Slot::weights, used);
      for (Size t = 0; t < used; ++t) {
        p[t] = n.scale() * dot(q + h * n.width, keys + t * stride + at, n.width);
      }
      real top;
      const real sum = exp_row(p, &top, used, used);
      gemm_small(y + h * n.width, p, values + at,
                 {.m = 1, .n = n.width, .k = used, .ldb = stride, .scale = 1 / sum});
    }
  });
}

void rope_table(real* cos_sin, Size start, Size time, Size width, double theta) noexcept {
  for (Size j = 0; j < width / 2; ++j) {
    const double turn_rate =
        std::pow(theta, -2 * static_cast<double>(j) / static_cast<double>(width));
    for (Size t = 0; t < time; ++t) {
      const double angle = static_cast<double>(start + t) * turn_rate;
      cos_sin[t * width + j] = static_cast<real>(std::cos(angle));
      cos_sin[t * width + width / 2 + j] = static_cast<real>(std::sin(angle));
    }
  }
}

void rope(real* y, const real* qkv, const real* cos_sin, bool inverse, bool accumulate,
          const AttentionSize& n) noexcept {
  parallel_for(n.batch * n.time, 16, [&](Size begin, Size end) {
    for (Size row = begin; row < end; ++row) {
      const real *in = qkv + row * n.packed(), *angles = cos_sin + row % n.time * n.width;
      real* out = y + row * n.packed();
      for (Size h = 0; h < n.query + n.key_value; ++h) {
        turn(out + h * n.width, in + h * n.width, angles, inverse ? real(-1) : real(1), accumulate,
             n.width);
      }
      for (Size j = (n.query + n.key_value) * n.width; j < n.packed(); ++j) {
        out[j] = (accumulate ? out[j] : 0) + in[j];
      }
    }
  });
}

}  // namespace dlt::kernels
