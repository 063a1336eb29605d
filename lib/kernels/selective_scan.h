#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Rows of an array, `step` numbers from one to the next.
template <class Number>
struct Spaced {
  Number* data = nullptr;
  Size step = 0;
};

// Mamba's scan (Gu and Dao 2023, section 3), each channel by itself:
//   h = exp(delta A) h + delta u B,  y = (C h + D u) silu(gate)
struct ScanSize {
  Size batch, time, channels, states;
  bool softplus = false;  // whether the scan's delta is softplus of the given one

  // Steps between the states that are kept, so many that these are no more than u where there are
  // up to 64 states.
  Size chunk() const { return states < 16 ? 16 : states < 64 ? states : 64; }
  Size chunks() const { return (time + chunk() - 1) / chunk(); }
  static constexpr Size group = 64;  // channels that share a partial sum
  Size groups() const { return (channels + group - 1) / group; }
};

struct ScanInputs {
  const real *u, *delta;    // [batch, time, channels]
  const real* a;            // [channels, states]
  Spaced<const real> b, c;  // [batch, time] rows of states
  const real* d;            // [channels]; null: 0
  Spaced<const real> gate;  // [batch, time] rows of channels; null: none
  const real* start;        // [batch, channels, states]: h before the first step; null: 0
};

Size scan_kept_size(const ScanSize& n) noexcept;
// y as u; last [batch, channels, states]: h after the last step. kept [scan_kept_size]: what the
// way back needs, or null.
void scan_forward(real* y, real* last, real* kept, const ScanInputs& in,
                  const ScanSize& n) noexcept;

// Parts are overwritten; the sum over their first axis, or of b and c the second, is the gradient.
struct ScanGradients {
  struct Whole {
    real* data;       // null: not wanted
    bool accumulate;  // whether to add to what is there
  };
  Whole u, delta;     // as u
  Spaced<real> gate;  // rows as gate's, added to; null: not wanted
  real* a;            // parts [batch, channels, states]
  real *b, *c;        // parts [batch, groups, time, states]
  real* d;            // parts [batch, channels]
  real* start;        // as start, overwritten
};
void scan_backward(const ScanGradients& out, const real* dy, const real* dlast, const real* kept,
                   const ScanInputs& in, const ScanSize& n) noexcept;
// Rows of states += the sum of parts [batch, groups, time, states] over the groups, in order.
void scan_add_parts(const Spaced<real>& rows, const real* parts, const ScanSize& n) noexcept;

// S4D's kernel and its parameters, one row a channel (Gu et al. 2022, "On the parameterization and
// initialization of diagonal state space models"):
// K[l] = 2 Re sum_n C_n (exp(dt A_n) - 1) / A_n exp(dt A_n l).
struct S4dSize {
  Size channels, states, length;
};
template <class Number>
struct S4dArrays {
  Number *log_dt, *a_re, *a_im, *c_re, *c_im;
};
void s4d_kernel(real* kernel, const S4dArrays<const real>& p, const S4dSize& n) noexcept;
// Adds to the gradients; null ones are not wanted.
void s4d_kernel_backward(const S4dArrays<real>& dp, const real* dkernel,
                         const S4dArrays<const real>& p, const S4dSize& n) noexcept;

}  // namespace dlt::kernels
