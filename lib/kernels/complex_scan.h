#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// h_t = lambda h_{t-1} + x_t for each state, all complex: rows of x and h [batch, time, 2, states]
// and start [batch, 2, states] hold real parts, then imaginary ones.
struct ComplexScanSize {
  Size batch, time, states;
};
struct ComplexRow {  // [states]
  const real *re, *im;
};
void complex_scan(real* h, const real* x, ComplexRow lambda, const real* start,
                  const ComplexScanSize& n) noexcept;  // start may be null: zeros

// Adds to dx; adds to dstart [batch, 2, states], which may be null; sets dlambda [batch, 2, states]
// to what each sequence adds to the gradient.
struct ComplexScanGradients {
  real *x, *lambda, *start;
};
void complex_scan_backward(const ComplexScanGradients& out, const real* dh, const real* h,
                           ComplexRow lambda, const real* start, const ComplexScanSize& n) noexcept;

}  // namespace dlt::kernels
