#pragma once

#include <cstdint>

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// One pair of words for GloVe.
struct GlovePair {
  std::uint32_t word = 0, context = 0;
  float log_count = 0;
  float weight = 0;
};

// One side of the model: a row and a bias for each word, and what AdaGrad has summed up of each
// number, from 1 on. Rows have the same width, a multiple of glove_step, and end in zeros.
struct GloveSide {
  real *rows, *row_squares;
  real *biases, *bias_squares;
};
constexpr Size glove_step = 64 / sizeof(real);
constexpr Size glove_width(Size dim) { return (dim + glove_step - 1) / glove_step * glove_step; }

// For one pair after the other (Pennington, Socher and Manning 2014), with
//   e = w . c + b + b' - log_count,   loss = weight e^2 / 2,
// a step of AdaGrad on w, c, b and b' by their gradients at the values before: x -= s / sqrt(S),
// then S += s^2, where s = lr gradient, as in the authors' program. Returns the sum of the losses.
double glove_pairs(const GloveSide& words, const GloveSide& contexts, Size width,
                   const GlovePair* pairs, Size n, double lr) noexcept;

}  // namespace dlt::kernels
