#pragma once

#include <cstdint>

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Losses of one element x against one target t.
enum class Loss : std::uint8_t { mse, l1, smooth_l1, huber, cross_entropy, kl, focal };
struct ElementLoss {
  Loss kind;
  real knee = 1;               // beta of smooth_l1, delta of huber
  real alpha = -1, gamma = 0;  // of focal; alpha < 0: none
};

void element_losses(real* losses, const real* x, const real* target, const ElementLoss& loss,
                    Size n) noexcept;
// Their sum, the same for any number of threads.
double element_loss_sum(const real* x, const real* target, const ElementLoss& loss,
                        Size n) noexcept;
// dx += factor dy d loss / dx; dy holds n numbers, or is null for ones.
void element_loss_backward(real* dx, const real* dy, real factor, const real* x, const real* target,
                           const ElementLoss& loss, Size n) noexcept;

// One class a row, or none where it is negative. With w the class weights (null: ones), C classes
// and e the smoothing:
//   loss = (1 - e) w_t (lse(x) - x_t) + e / C sum_c w_c (lse(x) - x_c)
struct ClassTargets {
  const std::int32_t* classes;
  const real* weight;
  real smoothing;
};
// lse [rows] receives log sum exp of each row.
void class_losses(real* losses, real* lse, const real* x, const ClassTargets& t, Size rows,
                  Size cols) noexcept;
// dx += dy_r d loss_r / dx
void class_losses_backward(real* dx, const real* dy, const real* x, const real* lse,
                           const ClassTargets& t, Size rows, Size cols) noexcept;

}  // namespace dlt::kernels
