#pragma once

#include <cstdint>

#include "base/real.h"
#include "kernels/gemm.h"

// What training word vectors is made of: a few input rows against a few output rows at once. All
// rows have the same width, a multiple of row_step, begin at 64-byte boundaries and end in zeros.
namespace dlt::kernels {

constexpr Size row_step = 64 / sizeof(real);
constexpr Size padded_width(Size dim) { return (dim + row_step - 1) / row_step * row_step; }

constexpr Size output_block = 6;  // so many output rows are worked on together
constexpr Size padded_outputs(Size ys) {
  return (ys + output_block - 1) / output_block * output_block;
}

// Logistic regressions of every input row x_i against every output row y_o at once (Ji et al. 2016,
// "Parallelizing Word2Vec in Shared and Distributed Memory"): with p = sigmoid(x_i . y_o), whose
// relative error is 3e-7 (in double 1e-15),
//   g_io = lr (label_o - p),  dx_i += sum_o g_io y_o,  dy_o = sum_i g_io x_i,
// all from the rows as they are. No dx_i may be a row of x or y.
struct LogisticRows {
  const real* const* x;
  real* const* dx;
  Size xs;
  const real* const* y;
  const real* labels;  // 0 or 1, [ys]
  Size ys;
  real* dy;  // [padded_outputs(ys), width]; behind the ys rows it is work space; null where
             // nobody wants it: with a single x, dy_o is g_o x
  real* g;   // [padded_outputs(ys) / 6, xs, 6], on return g_io (0 in the padding)
  Size width;
  real lr;
};
void logistic_rows(const LogisticRows& r) noexcept;

// mean = factor sum_i x_i
void sum_rows(real* mean, const real* const* x, Size xs, real factor, Size width) noexcept;
// dx_i += factor d for each i
void add_to_rows(real* const* dx, Size xs, const real* d, real factor, Size width) noexcept;

// rows[row] += factor deltas[delta], one after the other.
struct RowDelta {
  std::uint32_t row, delta;
  real factor;
};
void add_deltas(real* rows, const real* deltas, const RowDelta* at, Size n, Size width) noexcept;

}  // namespace dlt::kernels
