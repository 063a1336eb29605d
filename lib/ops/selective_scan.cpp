#include "kernels/selective_scan.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "ops/recurrent.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;

// The inputs by number.
enum : std::size_t { in_u, in_delta, in_a, in_b, in_c, in_d, in_gate, in_start };

bool holds(const Columns& c, const Shape& u, std::int64_t count) {
  const Shape& s = c.x.shape();
  return s.rank() == 3 && s.dim(0) == u.dim(0) && s.dim(1) == u.dim(1) && c.first >= 0 &&
         c.first + count <= s.dim(2);
}

kernels::ScanSize check(const ScanRows& s) {
  const Shape& u = s.u.shape();
  require(u.rank() == 3 && u == s.delta.shape(),
          "scan_rows: u {} and delta {} must be one shape [batch, time, channels]", u,
          s.delta.shape());
  require(s.a.shape().rank() == 2 && s.a.dim(0) == u.dim(2),
          "scan_rows: A {} is not [channels, states] for u {}", s.a.shape(), u);
  const std::int64_t states = s.a.dim(1);
  require(holds(s.b, u, states) && holds(s.c, u, states),
          "scan_rows: B {} from column {} and C {} from column {} do not hold {} for u {}",
          s.b.x.shape(), s.b.first, s.c.x.shape(), s.c.first, states, u);
  require(!s.d.defined() || s.d.shape() == Shape{u.dim(2)},
          "scan_rows: D {} does not fit the {} channels of u {}",
          s.d.defined() ? s.d.shape() : Shape{}, u.dim(2), u);
  require(!s.gate.x.defined() || holds(s.gate, u, u.dim(2)),
          "scan_rows: gate {} from column {} does not hold u {}",
          s.gate.x.defined() ? s.gate.x.shape() : Shape{}, s.gate.first, u);
  const Shape state{u.dim(0), u.dim(2), states};
  require(!s.start.defined() || s.start.shape() == state, "scan_rows: start {} is not {}",
          s.start.defined() ? s.start.shape() : Shape{}, state);
  return {u.dim(0), u.dim(1), u.dim(2), states, s.softplus};
}

template <class Number>
kernels::Spaced<Number> from_column(Number* x, const Columns& c) {
  if (x == nullptr) return {};
  return {x + c.first, c.x.dim(2)};
}

kernels::ScanInputs pointers(const ScanRows& s) {
  return {s.u.data(),
          s.delta.data(),
          s.a.data(),
          from_column(s.b.x.data(), s.b),
          from_column(s.c.x.data(), s.c),
          s.d.data_or_null(),
          from_column(s.gate.x.data_or_null(), s.gate),
          s.start.data_or_null()};
}

void scan_backward(const std::vector<Tensor>& dys, InputGrads& dx, const ScanRows& s,
                   const Tensor& kept, const kernels::ScanSize& n) {
  const auto place = [](Shape shape) { return Tensor::uninitialized(std::move(shape)); };
  Tensor da = place({n.batch, n.channels, n.states}), dstart = place(da.shape());
  Tensor db = place({n.batch, n.groups(), n.time, n.states}), dc = place(db.shape());
  Tensor dd = place({n.batch, n.channels});
  // One array may receive several gradients, which then must add up.
  const real *u = s.u.data(), *delta = s.delta.data(), *gate = s.gate.x.data_or_null();
  const bool shared = u == delta || u == gate || delta == gate;
  const auto whole = [&](std::size_t i) -> kernels::ScanGradients::Whole {
    if (!dx.wants(i)) return {nullptr, false};
    if (shared) return {dx[i], true};
    const auto [data, accumulate] = dx.slot(i);
    return {data, accumulate};
  };
  kernels::scan_backward(
      {whole(in_u), whole(in_delta), from_column(dx.if_wanted(in_gate), s.gate), da.mutable_data(),
       db.mutable_data(), dc.mutable_data(), dd.mutable_data(), dstart.mutable_data()},
      dys[0].data(), dys[1].data(), kept.data(), pointers(s), n);
  if (dx.wants(in_a)) kernels::add_rows(dx[in_a], da.data(), n.batch, n.channels * n.states);
  if (dx.wants(in_b)) kernels::scan_add_parts(from_column(dx[in_b], s.b), db.data(), n);
  if (dx.wants(in_c)) kernels::scan_add_parts(from_column(dx[in_c], s.c), dc.data(), n);
  if (dx.wants(in_d)) kernels::add_rows(dx[in_d], dd.data(), n.batch, n.channels);
  if (dx.wants(in_start)) kernels::add_scaled(dx[in_start], dstart.data(), 1, dstart.size());
}

// With tensors that know of no gradient.
ScanRows detached(const ScanRows& s) {
  return {s.u.detach(),
          s.delta.detach(),
          s.softplus,
          s.a.detach(),
          {s.b.x.detach(), s.b.first},
          {s.c.x.detach(), s.c.first},
          s.d.detach(),
          {s.gate.x.detach(), s.gate.first},
          s.start.detach()};
}

}  // namespace

Scan scan_rows(const ScanRows& s) {
  const kernels::ScanSize n = check(s);
  const std::vector<Tensor> inputs = {s.u, s.delta, s.a, s.b.x, s.c.x, s.d, s.gate.x, s.start};
  Tensor y = Tensor::uninitialized(s.u.shape());
  Tensor last = Tensor::uninitialized({n.batch, n.channels, n.states}), kept;
  if (autograd::records(inputs)) kept = Tensor::uninitialized({kernels::scan_kept_size(n)});
  kernels::scan_forward(y.mutable_data(), last.mutable_data(),
                        kept.defined() ? kept.mutable_data() : nullptr, pointers(s), n);
  const auto ys =
      autograd::record("selective_scan", {y, last}, inputs,
                       [s = detached(s), kept, n](const std::vector<Tensor>& dys, InputGrads& dx) {
                         scan_backward(dys, dx, s, kept, n);
                       });
  return {ys[0], ys[1]};
}

Scan selective_scan(const Tensor& u, const Tensor& delta, const Tensor& a, const Tensor& b,
                    const Tensor& c, const Tensor& d) {
  require(u.shape().rank() == 3 && u.shape() == delta.shape(),
          "selective_scan: u {} and delta {} must be one shape [batch, channels, time]", u.shape(),
          delta.shape());
  require(a.shape().rank() == 2 && a.dim(0) == u.dim(1),
          "selective_scan: A {} is not [channels, states] for u {}", a.shape(), u.shape());
  const Shape states{u.dim(0), a.dim(1), u.dim(2)};
  require(b.shape() == states && c.shape() == states,
          "selective_scan: B {} and C {} must be [batch, states, time], here {}", b.shape(),
          c.shape(), states);
  require(!d.defined() || d.shape() == Shape{u.dim(1)},
          "selective_scan: D {} does not fit the {} channels of u {}",
          d.defined() ? d.shape() : Shape{}, u.dim(1), u.shape());
  const auto turned = [](const Tensor& x) { return permute(x, {0, 2, 1}); };
  const Scan s = scan_rows(
      {.u = turned(u), .delta = turned(delta), .a = a, .b = {turned(b)}, .c = {turned(c)}, .d = d});
  return {turned(s.y), s.last_state};
}

}  // namespace dlt::ops
