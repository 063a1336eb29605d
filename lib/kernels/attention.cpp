#include "kernels/attention.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/dropout.h"
#include "kernels/softmax.h"
#include "kernels/workspace.h"

namespace dlt::kernels {
namespace {

constexpr Size panel = 64;  // queries at a time

// Where head `h` of queries and its keys and values start in the rows of sequence `b`.
struct HeadAt {
  Size q, k, v;
  HeadAt(const AttentionSize& n, Size b, Size h) {
    const Size row = b * n.time * n.packed(), shared = h / (n.query / n.key_value);
    q = row + h * n.width;
    k = row + (n.query + shared) * n.width;
    v = row + (n.query + n.key_value + shared) * n.width;
  }
};

// Multiplies the weights (or their gradients) of queries first, first + 1, ... with their mask.
void drop(real* p, const AttentionSize& n, Size head, Size first, Size rows, Size keys) {
  if (n.dropout_rate == 0) return;
  const DropoutMask mask(n.dropout_rate, n.dropout_key);
  for (Size i = 0; i < rows; ++i) {
    const Size row = (head * n.time + first + i) * n.time;
    for (Size j = 0; j <= first + i; ++j) p[i * keys + j] *= mask.factor(row + j);
  }
}

void scores(real* s, const real* qkv, const HeadAt& at, Size first, Size rows, Size keys,
            const AttentionSize& n) {
  gemm_small(s, qkv + at.q + first * n.packed(), qkv + at.k,
             {.m = rows,
              .n = keys,
              .k = n.width,
              .transpose_b = true,
              .lda = n.packed(),
              .ldb = n.packed(),
              .scale = n.scale()});
}

void forward_panel(real* y, real* lse, const real* qkv, Size b, Size h, Size first,
                   const AttentionSize& n) {
  const HeadAt at(n, b, h);
  const Size rows = std::min(panel, n.time - first), keys = first + rows;
  const Size wide = n.query * n.width;
  real* p = workspace(Slot::weights, rows * keys);
  real sums[panel];
  scores(p, qkv, at, first, rows, keys, n);
  for (Size i = 0; i < rows; ++i) {
    real top;
    sums[i] = exp_row(p + i * keys, &top, first + i + 1, keys);
    lse[(b * n.query + h) * n.time + first + i] = top + std::log(sums[i]);
  }
  drop(p, n, b * n.query + h, first, rows, keys);
  real* out = y + (b * n.time + first) * wide + h * n.width;
  gemm_small(out, p, qkv + at.v,
             {.m = rows, .n = n.width, .k = keys, .ldb = n.packed(), .ldc = wide});
  for (Size i = 0; i < rows; ++i) scale_row(out + i * wide, 1 / sums[i], n.width);
}

void backward_panel(real* dqkv, const real* dy, const real* y, const real* lse, const real* qkv,
                    bool accumulate, Size b, Size h, Size first, const AttentionSize& n) {
  const HeadAt at(n, b, h);
  const Size rows = std::min(panel, n.time - first), keys = first + rows, ld = n.packed();
  const Size wide = n.query * n.width, head = b * n.query + h;
  const real* g = dy + (b * n.time + first) * wide + h * n.width;
  const real* out = y + (b * n.time + first) * wide + h * n.width;
  real *p = workspace(Slot::weights, rows * keys),
       *dp = workspace(Slot::weight_gradients, rows * keys);
  scores(p, qkv, at, first, rows, keys, n);
  gemm_small(dp, g, qkv + at.v,
             {.m = rows, .n = keys, .k = n.width, .transpose_b = true, .lda = wide, .ldb = ld});
  drop(dp, n, head, first, rows, keys);
  for (Size i = 0; i < rows; ++i) {
    exp_row_shifted(p + i * keys, lse[head * n.time + first + i], first + i + 1, keys);
    softmax_pull(dp + i * keys, p + i * keys, dot(g + i * wide, out + i * wide, n.width), keys);
  }
  gemm_small(dqkv + at.q + first * ld, dp, qkv + at.k,
             {.m = rows,
              .n = n.width,
              .k = keys,
              .ldb = ld,
              .ldc = ld,
              .accumulate = accumulate,
              .scale = n.scale()});
  gemm_small(dqkv + at.k, dp, qkv + at.q + first * ld,
             {.m = keys,
              .n = n.width,
              .k = rows,
              .transpose_a = true,
              .ldb = ld,
              .ldc = ld,
              .accumulate = true,
              .scale = n.scale()});
  drop(p, n, head, first, rows, keys);
  gemm_small(dqkv + at.v, p, g,
             {.m = keys,
              .n = n.width,
              .k = rows,
              .transpose_a = true,
              .ldb = wide,
              .ldc = ld,
              .accumulate = true});
}

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

void attention_forward(real* y, real* lse, const real* qkv, const AttentionSize& n) noexcept {
  const Size panels = (n.time + panel - 1) / panel;
  parallel_for(n.batch * n.query * panels, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size head = task / panels;
      forward_panel(y, lse, qkv, head / n.query, head % n.query, task % panels * panel, n);
    }
  });
}

void attention_backward(real* dqkv, const real* dy, const real* y, const real* lse, const real* qkv,
                        bool accumulate, const AttentionSize& n) noexcept {
  const Size group = n.query / n.key_value;
  parallel_for(n.batch * n.key_value, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size b = task / n.key_value, h = task % n.key_value * group;
      const HeadAt at(n, b, h);
      for (Size t = 0; !accumulate && t < n.time; ++t) {  // several panels add to these
        std::fill_n(dqkv + at.k + t * n.packed(), n.width, real(0));
        std::fill_n(dqkv + at.v + t * n.packed(), n.width, real(0));
      }
      for (Size member = 0; member < group; ++member) {
        for (Size first = 0; first < n.time; first += panel) {
          backward_panel(dqkv, dy, y, lse, qkv, accumulate, b, h + member, first, n);
        }
      }
    }
  });
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
