#pragma once

#include <cstdint>

#include "tensor/tensor.h"

// Recurrent networks of one layer and direction, in PyTorch's layout and gate order, and state
// space scans. Starts that are undefined are zero.
namespace dlt::ops {

enum class Order : std::uint8_t { batch_first, time_first };  // of the first two axes of x and y
struct Recurrent {  // weight_ih [gates * hidden, in], weight_hh [gates * hidden, hidden]
  Tensor weight_ih, weight_hh;
  Tensor bias_ih, bias_hh;  // [gates * hidden], or both undefined
  Order order = Order::batch_first;
};
struct States {
  Tensor y;       // [batch, time, hidden], or with time first
  Tensor hidden;  // [1, batch, hidden], after the last step
  Tensor cell;    // of an LSTM
};
// x [batch, time, in], or with time first; h0 and c0 [1, batch, hidden].
States rnn(const Tensor& x, const Recurrent& w, const Tensor& h0 = {});  // tanh (Elman 1990)
States lstm(const Tensor& x, const Recurrent& w, const Tensor& h0 = {}, const Tensor& c0 = {});
States gru(const Tensor& x, const Recurrent& w, const Tensor& h0 = {});  // reset after the product

struct Scan {
  Tensor y;
  Tensor last_state;
};
// Mamba's recurrence (Gu and Dao 2023): h = exp(delta A) h + delta B u, y = C h + D u.
// u and delta [batch, channels, time], A [channels, states], B and C [batch, states, time],
// D [channels] or undefined. y is as u; last_state [batch, channels, states].
Scan selective_scan(const Tensor& u, const Tensor& delta, const Tensor& a, const Tensor& b,
                    const Tensor& c, const Tensor& d);

// h_t = lambda h_{t-1} + x_t, complex and for each state: the last axis of x and h
// [batch, time, 2 * states] holds the real parts, then the imaginary ones; lambda_re and lambda_im
// [states]; start [batch, 2 * states] is h before the first step.
Tensor complex_scan(const Tensor& x, const Tensor& lambda_re, const Tensor& lambda_im,
                    const Tensor& start = {});

// Columns of x [batch, time, wide], from `first` on: as many as there is place for.
struct Columns {
  Tensor x;
  std::int64_t first = 0;
};
// The same with time before channels, as it is computed, and what stands around it in Mamba's
// layers. y is [batch, time, channels].
struct ScanRows {
  Tensor u, delta;        // [batch, time, channels]
  bool softplus = false;  // of delta
  Tensor a;               // [channels, states]
  Columns b, c;           // [batch, time, states]
  Tensor d = {};          // [channels] or undefined
  Columns gate = {};      // [batch, time, channels], y silu(gate); undefined: none
  Tensor start = {};      // [batch, channels, states]: h before the first step; undefined: 0
};
Scan scan_rows(const ScanRows& s);

// y_t = silu(bias + sum_k weight_k x_(t - kernel + 1 + k)), every channel by itself: a causal
// depthwise convolution. x [batch, time, channels], weight [channels, 1, kernel], bias [channels]
// or undefined. `history` [batch, kernel - 1, channels] is x before its first step, 0 if
// undefined; no gradient flows there.
Tensor causal_conv(const Columns& x, const Tensor& weight, const Tensor& bias,
                   const Tensor& history = {});

struct S4d {
  Tensor log_dt;      // [channels]
  Tensor a_re, a_im;  // [channels, states]
  Tensor c_re, c_im;  // [channels, states]
};
// K [channels, length] = 2 Re(sum_n C_n (exp(dt A_n) - 1) / A_n exp(dt A_n l)) (Gu et al. 2022).
Tensor s4d_kernel(const S4d& s, std::int64_t length);
// One of each pair of conjugate states: A = diag(a) - p p^*.
struct S4 {
  Tensor log_dt;                                          // [channels]
  Tensor a_re, a_im, p_re, p_im, b_re, b_im, c_re, c_im;  // [channels, states]; a_re < 0
};
// K [channels, length] = C Abar^l Bbar by the bilinear rule (Gu, Goel and Re 2022); see
// kernels/s4.h.
Tensor s4_kernel(const S4& s, std::int64_t length);
// y_t = sum_s kernel[s] u[t - s] + skip u_t: u [batch, channels, time], kernel [channels, time],
// skip [channels] or undefined. By Fourier transforms in float where that is faster: their error is
// about 1e-6 of the largest y.
Tensor long_convolution(const Tensor& u, const Tensor& kernel, const Tensor& skip = {});

}  // namespace dlt::ops
