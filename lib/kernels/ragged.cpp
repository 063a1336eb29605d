#include "kernels/ragged.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/dropout.h"
#include "kernels/softmax.h"
#include "kernels/workspace.h"

namespace dlt::kernels {
namespace {

constexpr Size panel = 64;  // queries at a time

// One head of one sequence: where its operands begin, and how long they are.
struct Head {
  const RaggedSize& n;
  Size index, row, time, keys;  // row: of q, y and lse
  Size q, k, y;

  Head(const RaggedSize& size, Size sequence, Size h)
      : n(size),
        index(h),
        row(n.queries[sequence]),
        time(n.queries[sequence + 1] - row),
        keys(n.keys[sequence + 1] - n.keys[sequence]) {
    q = row * n.q_step + h * n.width;
    k = n.keys[sequence] * n.k_step + h / (n.heads / n.key_heads) * n.width;
    y = row * n.wide() + h * n.width;
  }
  Size seen(Size query) const { return n.causal && query < keys ? query + 1 : keys; }
};

// Queries first, first + 1, ... of a head; `keys` are those the last of them sees.
struct Panel {
  const Head& head;
  Size first, rows, keys;
  Size q, y;

  Panel(const Head& at, Size begin)
      : head(at),
        first(begin),
        rows(std::min(panel, at.time - begin)),
        keys(at.seen(first + rows - 1)),
        q(at.q + first * at.n.q_step),
        y(at.y + first * at.n.wide()) {}
};

// Multiplies the weights (or their gradients) with their mask.
void drop(real* p, const Panel& at) {
  const RaggedSize& n = at.head.n;
  if (n.dropout_rate == 0) return;
  const DropoutMask mask(n.dropout_rate, n.dropout_key);
  for (Size i = 0; i < at.rows; ++i) {
    const Size row = (at.head.row + at.first + i) * n.heads + at.head.index;
    for (Size j = 0; j < at.head.seen(at.first + i); ++j) {
      p[i * at.keys + j] *= mask.factor((row << 32) + j);
    }
  }
}

void scores(real* s, const real* q, const real* k, const Panel& at) {
  const RaggedSize& n = at.head.n;
  gemm_small(s, q + at.q, k + at.head.k,
             {.m = at.rows,
              .n = at.keys,
              .k = n.width,
              .transpose_b = true,
              .lda = n.q_step,
              .ldb = n.k_step,
              .scale = n.scale()});
}

void forward_panel(real* y, real* lse, const real* q, const real* k, const real* v,
                   const Panel& at) {
  const RaggedSize& n = at.head.n;
  real* p = workspace(Slot::weights, at.rows * at.keys);
  real sums[panel];
  scores(p, q, k, at);
  for (Size i = 0; i < at.rows; ++i) {
    real top;
    sums[i] = exp_row(p + i * at.keys, &top, at.head.seen(at.first + i), at.keys);
    lse[(at.head.row + at.first + i) * n.heads + at.head.index] = top + std::log(sums[i]);
  }
  drop(p, at);
  real* out = y + at.y;
  gemm_small(out, p, v + at.head.k,
             {.m = at.rows, .n = n.width, .k = at.keys, .ldb = n.k_step, .ldc = n.wide()});
  for (Size i = 0; i < at.rows; ++i) scale_row(out + i * n.wide(), 1 / sums[i], n.width);
}

// p receives the weights, and ds the gradients of the scores, without the scale.
void pull_scores(real* p, real* ds, const real* g, const real* y, const real* lse, const real* q,
                 const real* k, const real* v, const Panel& at) {
  const RaggedSize& n = at.head.n;
  const real* out = y + at.y;
  scores(p, q, k, at);
  gemm_small(ds, g, v + at.head.k,
             {.m = at.rows,
              .n = at.keys,
              .k = n.width,
              .transpose_b = true,
              .lda = n.wide(),
              .ldb = n.k_step});
  drop(ds, at);
  for (Size i = 0; i < at.rows; ++i) {
    const Size row = (at.head.row + at.first + i) * n.heads + at.head.index;
    exp_row_shifted(p + i * at.keys, lse[row], at.head.seen(at.first + i), at.keys);
    const real level = dot(g + i * n.wide(), out + i * n.wide(), n.width);
    softmax_pull(ds + i * at.keys, p + i * at.keys, level, at.keys);
  }
}

void backward_panel(const RaggedGradients& d, const real* dy, const real* y, const real* lse,
                    const real* q, const real* k, const real* v, const Panel& at) {
  const RaggedSize& n = at.head.n;
  const real* g = dy + at.y;
  real *p = workspace(Slot::weights, at.rows * at.keys),
       *ds = workspace(Slot::weight_gradients, at.rows * at.keys);
  pull_scores(p, ds, g, y, lse, q, k, v, at);
  gemm_small(d.q + at.q, ds, k + at.head.k,
             {.m = at.rows,
              .n = n.width,
              .k = at.keys,
              .ldb = n.k_step,
              .ldc = n.q_step,
              .accumulate = d.add_to_q,
              .scale = n.scale()});
  Gemm turned{.m = at.keys,
              .n = n.width,
              .k = at.rows,
              .transpose_a = true,
              .ldb = n.q_step,
              .ldc = n.k_step,
              .accumulate = true,
              .scale = n.scale()};
  gemm_small(d.k + at.head.k, ds, q + at.q, turned);
  drop(p, at);
  turned.ldb = n.wide();
  turned.scale = 1;
  gemm_small(d.v + at.head.k, p, g, turned);
}

void clear(real* x, Size rows, Size width, Size step) {
  for (Size r = 0; r < rows; ++r) std::fill_n(x + r * step, width, real(0));
}

Size longest(const RaggedSize& n) {
  Size most = 0;
  for (Size i = 0; i < n.sequences; ++i)
    most = std::max<Size>(most, n.queries[i + 1] - n.queries[i]);
  return most;
}

}  // namespace

real RaggedSize::scale() const {
  return static_cast<real>(1 / std::sqrt(static_cast<double>(width)));
}

void ragged_forward(real* y, real* lse, const real* q, const real* k, const real* v,
                    const RaggedSize& n) noexcept {
  const Size panels = (longest(n) + panel - 1) / panel;
  parallel_for(n.sequences * n.heads * panels, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Head at(n, task / panels / n.heads, task / panels % n.heads);
      const Size first = task % panels * panel;
      if (first >= at.time) continue;
      const Panel part(at, first);
      if (at.keys == 0) {
        clear(y + part.y, part.rows, n.width, n.wide());
      } else {
        forward_panel(y, lse, q, k, v, part);
      }
    }
  });
}

void ragged_backward(const RaggedGradients& d, const real* dy, const real* y, const real* lse,
                     const real* q, const real* k, const real* v, const RaggedSize& n) noexcept {
  const Size group = n.heads / n.key_heads;
  parallel_for(n.sequences * n.key_heads, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      for (Size member = 0; member < group; ++member) {
        const Head at(n, task / n.key_heads, task % n.key_heads * group + member);
        if (!d.add_to_keys && member == 0) {  // several panels add to these
          clear(d.k + at.k, at.keys, n.width, n.k_step);
          clear(d.v + at.k, at.keys, n.width, n.k_step);
        }
        if (at.keys == 0 && !d.add_to_q) clear(d.q + at.q, at.time, n.width, n.q_step);
        for (Size first = 0; first < at.time && at.keys > 0; first += panel) {
          backward_panel(d, dy, y, lse, q, k, v, Panel(at, first));
        }
      }
    }
  });
}

void attend_rows(real* y, const real* q, const real* const* rows, Size used, Size heads,
                 Size width) noexcept {
  const auto scale = static_cast<real>(1 / std::sqrt(static_cast<double>(width)));
  real* p = workspace(Slot::weights, used);
  for (Size h = 0; h < heads; ++h) {
    const Size at = h * width;
    for (Size t = 0; t < used; ++t) p[t] = scale * dot(q + at, rows[t] + at, width);
    real top;
    const real sum = exp_row(p, &top, used, used);
    real* out = y + at;
    std::fill_n(out, width, real(0));
    for (Size t = 0; t < used; ++t) {
      const real *value = rows[t] + heads * width + at, weight = p[t] / sum;
      for (Size j = 0; j < width; ++j) out[j] += weight * value[j];
    }
  }
}

}  // namespace dlt::kernels
