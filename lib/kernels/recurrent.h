#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// One step of a recurrent cell for every sequence of a batch. Pointers are to the row of the first
// sequence; that of the next is `rows` rows further, or `before` rows in arrays of the state before
// the step (h, c). A row has `hidden` elements, a row of gates that many times the gates.
struct StepSize {
  Size batch, hidden, rows, before;
};

// y = tanh(y)
void rnn_step(real* y, const StepSize& n) noexcept;
// carry [batch, hidden] holds the gradient that comes from the next step.
// dgates = (dy + carry) (1 - y^2)
void rnn_step_backward(real* dgates, const real* dy, const real* carry, const real* y,
                       const StepSize& n) noexcept;

// gates i, f, g, o, in place: i, f, o = sigmoid, g = tanh; c = f c_before + i g; y = o tanh(c)
// (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000).
void lstm_step(real* y, real* c, real* gates, const real* c_before, const StepSize& n) noexcept;
struct LstmStep {
  const real *gates, *c, *c_before;
};
// carry_c [batch, hidden]: the gradient of c, in and out.
void lstm_step_backward(real* dgates, real* carry_c, const real* dy, const real* carry,
                        const LstmStep& s, const StepSize& n) noexcept;

// gates r, z, n from x, in place, and `from_hidden`, those from h with bias (Cho et al. 2014):
// r, z = sigmoid(both); n = tanh(n + r n_hidden); y = (1 - z) n + z h
void gru_step(real* y, real* gates, const real* from_hidden, const real* h_before,
              const StepSize& n) noexcept;
struct GruStep {
  const real *gates, *from_hidden, *h_before;
};
// carry becomes the gradient that reaches h directly.
void gru_step_backward(real* dgates, real* dfrom_hidden, real* carry, const real* dy,
                       const GruStep& s, const StepSize& n) noexcept;

}  // namespace dlt::kernels
