#include "kernels/attend.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernels/softmax.h"
#include "kernels/workspace.h"

namespace dlt::kernels {
namespace {

constexpr Size panel = 64;  // queries at a time
constexpr real infinity = std::numeric_limits<real>::infinity();

// Queries first, first + 1, ... of one head, and where their operands are.
struct Panel {
  Size b, h, first, rows, keys;
  Size query, key, row;  // rows of q, of k and v; of y before this panel

  Panel(const AttendSize& n, Size batch, Size head, Size begin)
      : b(batch), h(head), first(begin), rows(std::min(panel, n.time - begin)) {
    keys = n.seen(first + rows - 1);
    query = (b * n.heads + h) * n.time + first;
    key = (b * n.key_heads + h / (n.heads / n.key_heads)) * n.keys;
    row = query;
  }
};

// Scores of the keys that are hidden become -infinity.
void hide(real* s, const Panel& at, Size i, const AttendSize& n) {
  if (n.mask == nullptr) return;
  const auto& step = n.mask_steps;
  const std::int32_t* m = n.mask + at.b * step[0] + at.h * step[1] + (at.first + i) * step[2];
  for (Size j = 0; j < n.seen(at.first + i); ++j) {
    if (m[j * step[3]] == 0) s[j] = -infinity;
  }
}

void scores(real* s, const real* q, const real* k, const Panel& at, const AttendSize& n) {
  gemm_small(s, q + at.query * n.width, k + at.key * n.width,
             {.m = at.rows, .n = at.keys, .k = n.width, .transpose_b = true, .scale = n.scale});
  for (Size i = 0; i < at.rows; ++i) hide(s + i * at.keys, at, i, n);
}

void forward_panel(real* y, real* lse, const real* q, const real* k, const real* v, const Panel& at,
                   const AttendSize& n) {
  real* p = workspace(Slot::weights, at.rows * at.keys);
  real factors[panel];
  scores(p, q, k, at, n);
  for (Size i = 0; i < at.rows; ++i) {
    real *row = p + i * at.keys, top;
    const Size seen = n.seen(at.first + i);
    const real sum = exp_row(row, &top, seen, at.keys);
    const bool blind = top == -infinity;  // every key is hidden
    if (blind) std::fill_n(row, seen, real(0));
    factors[i] = blind ? 0 : 1 / sum;
    lse[at.row + i] = blind ? infinity : top + std::log(sum);
  }
  real* out = y + at.row * n.value_width;
  gemm_small(out, p, v + at.key * n.value_width, {.m = at.rows, .n = n.value_width, .k = at.keys});
  for (Size i = 0; i < at.rows; ++i) scale_row(out + i * n.value_width, factors[i], n.value_width);
}

void backward_panel(const AttendGradients& d, const real* dy, const real* y, const real* lse,
                    const real* q, const real* k, const real* v, const Panel& at,
                    const AttendSize& n) {
  const real *g = dy + at.row * n.value_width, *out = y + at.row * n.value_width;
  real *p = workspace(Slot::weights, at.rows * at.keys),
       *dp = workspace(Slot::weight_gradients, at.rows * at.keys);
  scores(p, q, k, at, n);
  gemm_small(dp, g, v + at.key * n.value_width,
             {.m = at.rows, .n = at.keys, .k = n.value_width, .transpose_b = true});
  for (Size i = 0; i < at.rows; ++i) {
    exp_row_shifted(p + i * at.keys, lse[at.row + i], n.seen(at.first + i), at.keys);
    const real level = dot(g + i * n.value_width, out + i * n.value_width, n.value_width);
    softmax_pull(dp + i * at.keys, p + i * at.keys, level, at.keys);
  }
  Gemm gemm{.m = at.rows, .n = n.width, .k = at.keys, .accumulate = true, .scale = n.scale};
  if (d.q != nullptr) gemm_small(d.q + at.query * n.width, dp, k + at.key * n.width, gemm);
  gemm = {.m = at.keys, .n = n.width, .k = at.rows, .transpose_a = true, .accumulate = true};
  gemm.scale = n.scale;
  if (d.k != nullptr) gemm_small(d.k + at.key * n.width, dp, q + at.query * n.width, gemm);
  gemm.scale = 1;
  gemm.n = n.value_width;
  if (d.v != nullptr) gemm_small(d.v + at.key * n.value_width, p, g, gemm);
}

}  // namespace

void attend_forward(real* y, real* lse, const real* q, const real* k, const real* v,
                    const AttendSize& n) noexcept {
  if (n.keys == 0) {
    std::fill_n(y, n.batch * n.heads * n.time * n.value_width, real(0));
    return;
  }
  const Size panels = (n.time + panel - 1) / panel;
  parallel_for(n.batch * n.heads * panels, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size head = task / panels;
      forward_panel(y, lse, q, k, v,
                    Panel(n, head / n.heads, head % n.heads, task % panels * panel), n);
    }
  });
}

void attend_backward(const AttendGradients& d, const real* dy, const real* y, const real* lse,
                     const real* q, const real* k, const real* v, const AttendSize& n) noexcept {
  if (n.keys == 0 || n.key_heads == 0) return;
  const Size group = n.heads / n.key_heads;
  parallel_for(n.batch * n.key_heads, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size b = task / n.key_heads, h = task % n.key_heads * group;
      for (Size member = 0; member < group; ++member) {
        for (Size first = 0; first < n.time; first += panel) {
          backward_panel(d, dy, y, lse, q, k, v, Panel(n, b, h + member, first), n);
        }
      }
    }
  });
}

void rotary(real* y, const real* x, const real* cos_sin, const RotarySize& n) noexcept {
  const Size half = n.width / 2, step = n.interleaved ? 2 : 1, apart = n.interleaved ? 1 : half;
  const real sign = n.inverse ? real(-1) : real(1);
  parallel_each(n.rows * n.time, 2 * n.width, [=](Size row) {
    const real *angles = cos_sin + row % n.time * n.width, *in = x + row * n.width;
    real* out = y + row * n.width;
    for (Size j = 0; j < half; ++j) {
      const real c = angles[j], s = sign * angles[half + j];
      const real a = in[j * step], b = in[j * step + apart];
      real &low = out[j * step], &high = out[j * step + apart];
      low = (n.accumulate ? low : 0) + a * c - b * s;
      high = (n.accumulate ? high : 0) + b * c + a * s;
    }
  });
}

}  // namespace dlt::kernels
