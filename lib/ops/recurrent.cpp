#include "ops/recurrent.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/gemm.h"
#include "kernels/pointwise.h"
#include "kernels/recurrent.h"

namespace dlt::ops {
namespace {

enum class Cell : std::uint8_t { rnn, lstm, gru };

// Rows of x, y and gates are numbered as their first two axes are ordered.
struct Unrolled {
  Cell cell;
  std::int64_t batch, time, in, hidden, gates;
  bool batch_first;

  std::int64_t rows() const { return batch * time; }
  std::int64_t wide() const { return gates * hidden; }
  std::int64_t first(std::int64_t t) const { return batch_first ? t : t * batch; }
  std::int64_t step() const { return batch_first ? time : 1; }  // to the next sequence
  kernels::StepSize size(std::int64_t t) const {
    return {batch, hidden, step(), t > 0 ? step() : 1};
  }
  // The state before step t, of the states after each step and those at the start.
  const real* before(const Tensor& states, const Tensor& start, std::int64_t t) const {
    return t > 0 ? states.data() + first(t - 1) * hidden : start.data();
  }
};

Unrolled check(std::string_view op, Cell cell, const Tensor& x, const Recurrent& w) {
  const std::int64_t gates = cell == Cell::rnn ? 1 : cell == Cell::lstm ? 4 : 3;
  require(w.weight_hh.shape().rank() == 2 && w.weight_hh.dim(1) > 0 &&
              w.weight_hh.dim(0) == gates * w.weight_hh.dim(1),
          "{}: weight_hh {} is not [{} * hidden, hidden]", op, w.weight_hh.shape(), gates);
  const auto hidden = w.weight_hh.dim(1);
  require(x.shape().rank() == 3 && w.weight_ih.shape() == Shape{gates * hidden, x.dim(2)} &&
              x.dim(2) > 0,
          "{}: input {} does not fit weight_ih {} and weight_hh {}", op, x.shape(),
          w.weight_ih.shape(), w.weight_hh.shape());
  require(w.bias_ih.defined() == w.bias_hh.defined(), "{}: give both biases or neither", op);
  for (const Tensor& bias : {w.bias_ih, w.bias_hh}) {
    require(!bias.defined() || bias.shape() == Shape{gates * hidden},
            "{}: bias {} does not fit weight_hh {}", op, bias.defined() ? bias.shape() : Shape{},
            w.weight_hh.shape());
  }
  const bool batch_first = w.order == Order::batch_first;
  return {
      cell,       x.dim(batch_first ? 0 : 1), x.dim(batch_first ? 1 : 0), x.dim(2), hidden, gates,
      batch_first};
}

Tensor start(std::string_view op, std::string_view name, const Tensor& given, const Unrolled& n) {
  const Shape shape{1, n.batch, n.hidden};
  require(!given.defined() || given.shape() == shape, "{}: {} {} is not {}", op, name,
          given.defined() ? given.shape() : Shape{}, shape);
  return given.defined() ? given.detach() : Tensor::zeros(shape);
}

// The product of every step with weight_hh, packed once where enough steps share it. Few sequences
// go by dot products, which read the weights as they are.
class StepProduct {
 public:
  StepProduct(const Tensor& weight_hh, const kernels::Gemm& g, const Unrolled& n)
      : weight_(weight_hh), g_(g) {
    if (n.batch < kernels::steady_rows || n.time < 4) return;
    packed_ = Tensor::uninitialized({kernels::packed_size(g)});
    kernels::pack(packed_.mutable_data(), weight_.data(), g);
  }
  void operator()(real* c, const real* a, kernels::Size lda) const {
    kernels::Gemm g = g_;
    g.lda = lda;
    if (packed_.defined()) return kernels::gemm_packed(c, a, packed_.data(), g);
    kernels::gemm(c, a, weight_.data(), g);
  }

 private:
  Tensor weight_, packed_;
  kernels::Gemm g_;
};

// What the forward pass keeps.
struct Kept {
  Tensor x, weight_ih, weight_hh, h0, c0, y, c;
  Tensor gates;        // their values; y itself for a plain RNN
  Tensor from_hidden;  // of a GRU
};

StepProduct forward_product(const Kept& k, const real* bias_hh, const Unrolled& n) {
  const bool gru = n.cell == Cell::gru;
  return {k.weight_hh,
          {.m = n.batch,
           .n = n.wide(),
           .k = n.hidden,
           .transpose_b = true,
           .ldc = n.step() * n.wide(),
           .accumulate = !gru,
           .bias = gru ? bias_hh : nullptr},
          n};
}

void forward_step(Kept& k, const StepProduct& multiply, std::int64_t t, const Unrolled& n) {
  const auto at = n.first(t);
  const auto size = n.size(t);
  const bool gru = n.cell == Cell::gru;
  real* y = k.y.mutable_data() + at * n.hidden;
  real* gates = k.gates.mutable_data() + at * n.wide();
  real* product = gru ? k.from_hidden.mutable_data() + at * n.wide() : gates;
  const real* h = n.before(k.y, k.h0, t);
  multiply(product, h, size.before * n.hidden);
  if (n.cell == Cell::rnn) kernels::rnn_step(y, size);
  if (gru) kernels::gru_step(y, gates, product, h, size);
  if (n.cell == Cell::lstm) {
    kernels::lstm_step(y, k.c.mutable_data() + at * n.hidden, gates, n.before(k.c, k.c0, t), size);
  }
}

Tensor last(const Tensor& states, const Tensor& start, const Unrolled& n) {
  Tensor y = Tensor::uninitialized(start.shape());
  const real* from = n.before(states, start, n.time);
  for (std::int64_t b = 0; b < n.batch; ++b) {
    std::copy_n(from + b * n.size(n.time).before * n.hidden, n.hidden,
                y.mutable_data() + b * n.hidden);
  }
  return y;
}

// The inputs by number.
enum : std::size_t { in_x, in_weight_ih, in_weight_hh, in_bias_ih, in_bias_hh, in_h0, in_c0 };

// Gradients of the pre-activations, and what is left for the start.
struct Flow {
  Tensor gates, from_hidden;  // the same array but for a GRU
  Tensor h, c;                // [batch, hidden]
};

StepProduct backward_product(const Kept& k, const Unrolled& n) {
  return {k.weight_hh,
          {.m = n.batch, .n = n.hidden, .k = n.wide(), .accumulate = n.cell == Cell::gru},
          n};
}

void backward_step(Flow& d, const real* dy, const Kept& k, const StepProduct& multiply,
                   std::int64_t t, const Unrolled& n) {
  const auto at = n.first(t);
  const auto size = n.size(t);
  const auto row = at * n.hidden, wide = at * n.wide();
  real *dgates = d.gates.mutable_data() + wide, *carry = d.h.mutable_data();
  real* dhidden = d.from_hidden.mutable_data() + wide;
  const real* gates = k.gates.data() + wide;
  switch (n.cell) {
    case Cell::rnn:
      kernels::rnn_step_backward(dgates, dy + row, carry, k.y.data() + row, size);
      break;
    case Cell::lstm:
      kernels::lstm_step_backward(dgates, d.c.mutable_data(), dy + row, carry,
                                  {gates, k.c.data() + row, n.before(k.c, k.c0, t)}, size);
      break;
    case Cell::gru:
      kernels::gru_step_backward(dgates, dhidden, carry, dy + row,
                                 {gates, k.from_hidden.data() + wide, n.before(k.y, k.h0, t)},
                                 size);
      break;
  }
  multiply(carry, dhidden, n.step() * n.wide());
}

// The state before each step, in the order of the rows of y.
Tensor states_before(const Kept& k, const Unrolled& n) {
  Tensor all = Tensor::uninitialized({n.rows(), n.hidden});
  for (std::int64_t t = 0; t < n.time; ++t) {
    const real* from = n.before(k.y, k.h0, t);
    const auto size = n.size(t);
    for (std::int64_t b = 0; b < n.batch; ++b) {
      std::copy_n(from + b * size.before * n.hidden, n.hidden,
                  all.mutable_data() + (n.first(t) + b * n.step()) * n.hidden);
    }
  }
  return all;
}

void weight_gradient(real* dw, const Tensor& dgates, const Tensor& x, const Unrolled& n,
                     std::int64_t in) {
  kernels::gemm(dw, dgates.data(), x.data(),
                {.m = n.wide(), .n = in, .k = n.rows(), .transpose_a = true, .accumulate = true});
}

void backward_all(const std::vector<Tensor>& dys, autograd::InputGrads& dx, const Kept& k,
                  const Unrolled& n) {
  Flow d;
  d.gates = Tensor::uninitialized({n.rows(), n.wide()});
  d.from_hidden = n.cell == Cell::gru ? Tensor::uninitialized(d.gates.shape()) : d.gates;
  d.h = dys[1].clone();
  if (n.cell == Cell::lstm) d.c = dys[2].clone();
  const StepProduct multiply = backward_product(k, n);
  for (std::int64_t t = n.time; t-- > 0;) backward_step(d, dys[0].data(), k, multiply, t, n);

  if (dx.wants(in_x)) {
    kernels::gemm(dx[in_x], d.gates.data(), k.weight_ih.data(),
                  {.m = n.rows(), .n = n.in, .k = n.wide(), .accumulate = true});
  }
  if (dx.wants(in_weight_ih)) weight_gradient(dx[in_weight_ih], d.gates, k.x, n, n.in);
  if (dx.wants(in_weight_hh)) {
    weight_gradient(dx[in_weight_hh], d.from_hidden, states_before(k, n), n, n.hidden);
  }
  if (dx.wants(in_bias_ih)) {
    kernels::add_rows(dx[in_bias_ih], d.gates.data(), n.rows(), n.wide());
  }
  if (dx.wants(in_bias_hh)) {
    kernels::add_rows(dx[in_bias_hh], d.from_hidden.data(), n.rows(), n.wide());
  }
  if (dx.wants(in_h0)) kernels::add_scaled(dx[in_h0], d.h.data(), 1, d.h.size());
  if (dx.wants(in_c0)) kernels::add_scaled(dx[in_c0], d.c.data(), 1, d.c.size());
}

States run(std::string_view op, Cell cell, const Tensor& x, const Recurrent& w, const Tensor& h0,
           const Tensor& c0) {
  const Unrolled n = check(op, cell, x, w);
  Kept k{x.detach(),
         w.weight_ih.detach(),
         w.weight_hh.detach(),
         start(op, "h0", h0, n),
         {},
         {},
         {},
         {},
         {}};
  k.y = Tensor::uninitialized(x.shape().with_last(n.hidden));
  k.gates = cell == Cell::rnn ? k.y : Tensor::uninitialized({n.rows(), n.wide()});
  if (cell == Cell::gru) k.from_hidden = Tensor::uninitialized(k.gates.shape());
  if (cell == Cell::lstm) {
    k.c0 = start(op, "c0", c0, n);
    k.c = Tensor::uninitialized(k.y.shape());
  }
  Tensor bias;  // of the product with x, all that do not depend on the state
  if (w.bias_ih.defined()) {
    bias = w.bias_ih.clone();
    if (cell != Cell::gru) kernels::add_scaled(bias.mutable_data(), w.bias_hh.data(), 1, n.wide());
  }
  kernels::gemm(
      k.gates.mutable_data(), x.data(), w.weight_ih.data(),
      {.m = n.rows(), .n = n.wide(), .k = n.in, .transpose_b = true, .bias = bias.data_or_null()});
  const StepProduct multiply = forward_product(k, w.bias_hh.data_or_null(), n);
  for (std::int64_t t = 0; t < n.time; ++t) forward_step(k, multiply, t, n);

  std::vector<Tensor> ys = {k.y, last(k.y, k.h0, n)};
  if (cell == Cell::lstm) ys.push_back(last(k.c, k.c0, n));
  k.y = k.y.detach();  // so that the closure does not hold its own result
  if (cell == Cell::rnn) k.gates = k.y;
  ys = autograd::record(op, std::move(ys),
                        {x, w.weight_ih, w.weight_hh, w.bias_ih, w.bias_hh, h0, c0},
                        [k, n](const std::vector<Tensor>& dys, autograd::InputGrads& dx) {
                          backward_all(dys, dx, k, n);
                        });
  return {ys[0], ys[1], cell == Cell::lstm ? ys[2] : Tensor()};
}

}  // namespace

States rnn(const Tensor& x, const Recurrent& w, const Tensor& h0) {
  return run("rnn", Cell::rnn, x, w, h0, {});
}

States lstm(const Tensor& x, const Recurrent& w, const Tensor& h0, const Tensor& c0) {
  return run("lstm", Cell::lstm, x, w, h0, c0);
}

States gru(const Tensor& x, const Recurrent& w, const Tensor& h0) {
  return run("gru", Cell::gru, x, w, h0, {});
}

}  // namespace dlt::ops
