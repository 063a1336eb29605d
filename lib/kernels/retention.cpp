#include "kernels/retention.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/softmax.h"
#include "kernels/workspace.h"

namespace dlt::kernels {
namespace {

constexpr Size chunk = 64;  // steps

// One head of one sequence: rows of q and k lie `row` numbers apart, those of v `value_row`.
class Head {
 public:
  Head(const RetentionSize& n, Size task, real gamma) : n_(n), task_(task) {
    scale_ = static_cast<real>(1 / std::sqrt(static_cast<double>(n.width)));
    powers_[0] = 1;
    for (Size i = 0; i < chunk; ++i) powers_[i + 1] = powers_[i] * gamma;
  }

  Size row() const { return n_.heads * n_.width; }
  Size value_row() const { return n_.heads * n_.value_width; }
  Size at() const { return task_ / n_.heads * n_.time * row() + task_ % n_.heads * n_.width; }
  Size value_at() const {
    return task_ / n_.heads * n_.time * value_row() + task_ % n_.heads * n_.value_width;
  }
  Size state_size() const { return n_.width * n_.value_width; }
  Size state_at() const { return task_ * state_size(); }
  Size widest() const { return std::max(n_.width, n_.value_width); }
  real scale() const { return scale_; }

  // x [rows, rows], an entry for each pair of a later step and an earlier one, times gamma to the
  // power of the steps between them; 0 where the second is not earlier.
  void decay(real* x, Size rows) const {
    for (Size i = 0; i < rows; ++i) {
      for (Size j = 0; j <= i; ++j) x[i * rows + j] *= powers_[i - j];
      std::fill(x + i * rows + i + 1, x + (i + 1) * rows, real(0));
    }
  }
  // Rows of x, `step` apart, by what a state before the chunk has decayed to at each, scaled.
  void since_start(real* out, const real* x, Size rows, Size width, Size step) const {
    copy_scaled(out, x, rows, width, step, [&](Size i) { return scale_ * powers_[i + 1]; });
  }
  // By what each step will have decayed to at the end of the chunk.
  void until_end(real* out, const real* x, Size rows, Size width, Size step) const {
    copy_scaled(out, x, rows, width, step, [&](Size i) { return powers_[rows - 1 - i]; });
  }
  // S or its gradient, from one end of a chunk to the other.
  void pass(real* state, Size rows) const { scale_row(state, powers_[rows], state_size()); }

  // state: from before these steps to after them; `later` receives until_end of k.
  void advance(real* state, real* later, const real* k, const real* v, Size rows) const {
    until_end(later, k, rows, n_.width, row());
    pass(state, rows);
    gemm_small(state, later, v,
               {.m = n_.width,
                .n = n_.value_width,
                .k = rows,
                .transpose_a = true,
                .ldb = value_row(),
                .accumulate = true});
  }
  // Decayed q k^T [rows, rows].
  void scores(real* p, const real* q, const real* k, Size rows) const {
    gemm_small(p, q, k,
               {.m = rows,
                .n = rows,
                .k = n_.width,
                .transpose_b = true,
                .lda = row(),
                .ldb = row(),
                .scale = scale_});
    decay(p, rows);
  }

 private:
  template <class F>
  static void copy_scaled(real* out, const real* x, Size rows, Size width, Size step,
                          const F& factor) {
    for (Size i = 0; i < rows; ++i) {
      const real f = factor(i);
      for (Size j = 0; j < width; ++j) out[i * width + j] = f * x[i * step + j];
    }
  }

  const RetentionSize& n_;
  Size task_;
  real scale_;
  real powers_[chunk + 1];
};

void begin_state(real* state, const real* start, const Head& head) {
  if (start == nullptr) {
    std::fill_n(state, head.state_size(), real(0));
  } else {
    std::copy_n(start + head.state_at(), head.state_size(), state);
  }
}

void forward_head(real* y, real* state, const RetentionInputs& in, const Head& head,
                  const RetentionSize& n) {
  real *p = workspace(Slot::weights, chunk * (chunk + n.width)), *rows = p + chunk * chunk;
  const real *q = in.q + head.at(), *k = in.k + head.at(), *v = in.v + head.value_at();
  y += head.value_at();
  begin_state(state, in.start, head);
  for (Size t = 0; t < n.time; t += chunk) {
    const Size steps = std::min(chunk, n.time - t);
    head.scores(p, q, k, steps);
    gemm_small(y, p, v,
               {.m = steps,
                .n = n.value_width,
                .k = steps,
                .ldb = head.value_row(),
                .ldc = head.value_row()});
    head.since_start(rows, q, steps, n.width, head.row());
    gemm_small(y, rows, state,
               {.m = steps,
                .n = n.value_width,
                .k = n.width,
                .ldc = head.value_row(),
                .accumulate = true});
    head.advance(state, rows, k, v, steps);
    q += chunk * head.row();
    k += chunk * head.row();
    v += chunk * head.value_row();
    y += chunk * head.value_row();
  }
}

// What one thread needs for a chunk.
struct Buffers {
  real *p, *dp, *rows, *dstate;

  explicit Buffers(const Head& head) {
    p = workspace(Slot::weights, 2 * chunk * chunk + chunk * head.widest() + head.state_size());
    dp = p + chunk * chunk;
    rows = dp + chunk * chunk;
    dstate = rows + chunk * head.widest();
  }
};

// Where the arrays of one head are at its chunk; gradients are null if not wanted.
struct Chunk {
  const real *q, *k, *v, *dy;
  real *dq, *dk, *dv;
  Size steps;

  Chunk(const RetentionGradients& out, const real* gradient, const RetentionInputs& in,
        const Head& head, Size t, Size time)
      : steps(std::min(chunk, time - t)) {
    const Size narrow = head.at() + t * head.row(), wide = head.value_at() + t * head.value_row();
    q = in.q + narrow;
    k = in.k + narrow;
    v = in.v + wide;
    dy = gradient + wide;
    dq = out.q == nullptr ? nullptr : out.q + narrow;
    dk = out.k == nullptr ? nullptr : out.k + narrow;
    dv = out.v == nullptr ? nullptr : out.v + wide;
  }
};

// With S before the chunk; to.dstate, the gradient by S after it, becomes that by S before it.
void backward_chunk(const Buffers& to, const real* state, const Chunk& c, const Head& head,
                    const RetentionSize& n) {
  const Size row = head.row(), value_row = head.value_row();
  head.scores(to.p, c.q, c.k, c.steps);
  gemm_small(to.dp, c.dy, c.v,
             {.m = c.steps,
              .n = c.steps,
              .k = n.value_width,
              .transpose_b = true,
              .lda = value_row,
              .ldb = value_row,
              .scale = head.scale()});
  head.decay(to.dp, c.steps);
  if (c.dv != nullptr) {
    Gemm g{.m = c.steps,
           .n = n.value_width,
           .k = c.steps,
           .transpose_a = true,
           .ldb = value_row,
           .ldc = value_row,
           .accumulate = true};
    gemm_small(c.dv, to.p, c.dy, g);
    head.until_end(to.rows, c.k, c.steps, n.width, row);
    g = {.m = c.steps, .n = n.value_width, .k = n.width, .ldc = value_row, .accumulate = true};
    gemm_small(c.dv, to.rows, to.dstate, g);
  }
  Gemm inside{.m = c.steps, .n = n.width, .k = c.steps, .ldb = row, .ldc = row, .accumulate = true};
  const Gemm across{.m = c.steps,
                    .n = n.width,
                    .k = n.value_width,
                    .transpose_b = true,
                    .ldc = row,
                    .accumulate = true};
  if (c.dq != nullptr) {
    gemm_small(c.dq, to.dp, c.k, inside);
    head.since_start(to.rows, c.dy, c.steps, n.value_width, value_row);
    gemm_small(c.dq, to.rows, state, across);
  }
  if (c.dk != nullptr) {
    inside.transpose_a = true;
    gemm_small(c.dk, to.dp, c.q, inside);
    head.until_end(to.rows, c.v, c.steps, n.value_width, value_row);
    gemm_small(c.dk, to.rows, to.dstate, across);
  }
  head.since_start(to.rows, c.q, c.steps, n.width, row);
  head.pass(to.dstate, c.steps);
  gemm_small(to.dstate, to.rows, c.dy,
             {.m = n.width,
              .n = n.value_width,
              .k = c.steps,
              .transpose_a = true,
              .ldb = value_row,
              .accumulate = true});
}

void backward_head(const RetentionGradients& out, const real* dy, const real* dlast,
                   const RetentionInputs& in, const Head& head, const RetentionSize& n) {
  const Size chunks = (n.time + chunk - 1) / chunk, size = head.state_size();
  const Buffers to(head);
  real* states = workspace(Slot::weight_gradients, (chunks + 1) * size);  // before each chunk
  begin_state(states, in.start, head);
  for (Size i = 0; i + 1 < chunks; ++i) {
    const Chunk c(out, dy, in, head, i * chunk, n.time);
    std::copy_n(states + i * size, size, states + (i + 1) * size);
    head.advance(states + (i + 1) * size, to.rows, c.k, c.v, c.steps);
  }
  std::copy_n(dlast + head.state_at(), size, to.dstate);
  for (Size i = chunks; i-- > 0;) {
    const Chunk c(out, dy, in, head, i * chunk, n.time);
    backward_chunk(to, states + i * size, c, head, n);
  }
  if (out.start == nullptr) return;
  for (Size i = 0; i < size; ++i) out.start[head.state_at() + i] += to.dstate[i];
}

template <class F>
void for_heads(const RetentionInputs& in, const RetentionSize& n, const F& f) {
  parallel_for(n.batch * n.heads, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) f(Head(n, task, in.gamma[task % n.heads]));
  });
}

}  // namespace

void retention_forward(real* y, real* last, const RetentionInputs& in,
                       const RetentionSize& n) noexcept {
  for_heads(in, n, [&](const Head& head) { forward_head(y, last + head.state_at(), in, head, n); });
}

void retention_backward(const RetentionGradients& out, const real* dy, const real* dlast,
                        const RetentionInputs& in, const RetentionSize& n) noexcept {
  for_heads(in, n, [&](const Head& head) { backward_head(out, dy, dlast, in, head, n); });
}

}  // namespace dlt::kernels
