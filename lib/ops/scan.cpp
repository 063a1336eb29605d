#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/long_convolution.h"
#include "kernels/pointwise.h"
#include "kernels/selective_scan.h"
#include "ops/recurrent.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;

kernels::ScanSize check(const Tensor& u, const Tensor& delta, const Tensor& a, const Tensor& b,
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
  return {u.dim(0), u.dim(1), a.dim(1), u.dim(2)};
}

// The inputs with their states side by side.
struct Packed {
  Tensor u, delta, d, a, b, c;

  Packed(const kernels::ScanSize& n, const std::vector<Tensor>& in) : u(in[0]), delta(in[1]) {
    d = in[5];
    a = Tensor::zeros({n.channels, n.padded()});
    b = Tensor::uninitialized({n.batch, n.time, n.padded()});
    c = Tensor::uninitialized(b.shape());
    kernels::scan_pack(a.mutable_data(), in[2].data(), n.channels, 1, n);
    kernels::scan_pack(b.mutable_data(), in[3].data(), n.batch, n.time, n);
    kernels::scan_pack(c.mutable_data(), in[4].data(), n.batch, n.time, n);
  }
  kernels::ScanInputs pointers() const {
    return {u.data(), delta.data(), a.data(), b.data(), c.data(), d.data_or_null()};
  }
};

void scan_backward(const std::vector<Tensor>& dys, InputGrads& dx, const std::vector<Tensor>& in,
                   const kernels::ScanSize& n) {
  const Packed packed(n, in);
  const auto padded = n.padded();
  Tensor da = Tensor::uninitialized({n.batch, n.channels, padded});
  Tensor db = Tensor::uninitialized({n.batch, n.groups(), n.time, padded});
  Tensor dc = Tensor::uninitialized(db.shape()), dd = Tensor::uninitialized({n.batch, n.channels});
  kernels::scan_backward({dx.if_wanted(0), dx.if_wanted(1), da.mutable_data(), db.mutable_data(),
                          dc.mutable_data(), dd.mutable_data()},
                         dys[0].data(), dys[1].data(), packed.pointers(), n);
  if (dx.wants(2)) {  // sum over the batch first: [batch, channels * padded]
    Tensor sum = Tensor::zeros({n.channels, padded});
    kernels::add_rows(sum.mutable_data(), da.data(), n.batch, n.channels * padded);
    kernels::scan_unpack(dx[2], sum.data(), n.channels, 1, 1, n);
  }
  if (dx.wants(3)) kernels::scan_unpack(dx[3], db.data(), n.batch, n.groups(), n.time, n);
  if (dx.wants(4)) kernels::scan_unpack(dx[4], dc.data(), n.batch, n.groups(), n.time, n);
  if (dx.wants(5)) kernels::add_rows(dx[5], dd.data(), n.batch, n.channels);
}

}  // namespace

Scan selective_scan(const Tensor& u, const Tensor& delta, const Tensor& a, const Tensor& b,
                    const Tensor& c, const Tensor& d) {
  const kernels::ScanSize n = check(u, delta, a, b, c, d);
  const std::vector<Tensor> in = {u.detach(), delta.detach(), a.detach(),
                                  b.detach(), c.detach(),     d.detach()};
  Tensor y = Tensor::uninitialized(u.shape());
  Tensor last = Tensor::uninitialized({n.batch, n.channels, n.states});
  kernels::scan_forward(y.mutable_data(), last.mutable_data(), Packed(n, in).pointers(), n);
  const auto ys = autograd::record(
      "selective_scan", {y, last}, {u, delta, a, b, c, d},
      [in, n](const std::vector<Tensor>& dys, InputGrads& dx) { scan_backward(dys, dx, in, n); });
  return {ys[0], ys[1]};
}

Tensor s4d_kernel(const S4d& s, std::int64_t length) {
  const Shape shape = s.a_re.shape();
  require(shape.rank() == 2 && s.a_im.shape() == shape && s.c_re.shape() == shape &&
              s.c_im.shape() == shape && s.log_dt.shape() == Shape{shape.dim(0)},
          "s4d: A {} and {}, C {} and {} must be [channels, states], and log_dt {} [channels]",
          s.a_re.shape(), s.a_im.shape(), s.c_re.shape(), s.c_im.shape(), s.log_dt.shape());
  require(length >= 0 && length <= std::int64_t{1} << 28, "s4d: length {} is not in [0, 2^28]",
          length);
  const kernels::S4dSize n{shape.dim(0), shape.dim(1), length};
  const std::vector<Tensor> in = {s.log_dt.detach(), s.a_re.detach(), s.a_im.detach(),
                                  s.c_re.detach(), s.c_im.detach()};
  const auto pointers = [](const std::vector<Tensor>& p) {
    return kernels::S4dArrays<const real>{p[0].data(), p[1].data(), p[2].data(), p[3].data(),
                                          p[4].data()};
  };
  Tensor y = Tensor::uninitialized({n.channels, length});
  kernels::s4d_kernel(y.mutable_data(), pointers(in), n);
  return autograd::record(
      "s4d_kernel", y, {s.log_dt, s.a_re, s.a_im, s.c_re, s.c_im},
      [in, n, pointers](const Tensor& dy, InputGrads& dx) {
        kernels::s4d_kernel_backward(
            {dx.if_wanted(0), dx.if_wanted(1), dx.if_wanted(2), dx.if_wanted(3), dx.if_wanted(4)},
            dy.data(), pointers(in), n);
      });
}

Tensor long_convolution(const Tensor& u, const Tensor& kernel, const Tensor& skip) {
  require(u.shape().rank() == 3 && kernel.shape() == Shape{u.dim(1), u.dim(2)},
          "long_convolution: u {} and kernel {} must be [batch, channels, time] and [channels, "
          "time]",
          u.shape(), kernel.shape());
  require(!skip.defined() || skip.shape() == Shape{u.dim(1)},
          "long_convolution: D {} does not fit the {} channels of u {}",
          skip.defined() ? skip.shape() : Shape{}, u.dim(1), u.shape());
  const kernels::LongSize n{u.dim(0), u.dim(1), u.dim(2)};
  require(n.time <= std::int64_t{1} << 28, "long_convolution: {} steps are more than 2^28", n.time);
  Tensor y = Tensor::uninitialized(u.shape());
  Tensor spectra;
  if (autograd::records({u, kernel, skip})) {
    spectra = Tensor::uninitialized({kernels::kept_spectra(n)});
  }
  kernels::long_convolution(y.mutable_data(), u.data(), kernel.data(), n,
                            spectra.defined() ? spectra.mutable_data() : nullptr);
  if (skip.defined()) kernels::add_skip(y.mutable_data(), u.data(), skip.data(), n);
  return autograd::record("long_convolution", y, {u, kernel, skip},
                          [u = u.detach(), kernel = kernel.detach(), skip = skip.detach(), spectra,
                           n](const Tensor& dy, InputGrads& dx) {
                            real* du = dx.if_wanted(0);
                            kernels::long_convolution_backward(du, dx.if_wanted(1), dy.data(),
                                                               u.data(), kernel.data(), n,
                                                               spectra.data());
                            if (du != nullptr && skip.defined()) {
                              kernels::add_skip(du, dy.data(), skip.data(), n);
                            }
                            if (dx.wants(2)) kernels::skip_backward(dx[2], dy.data(), u.data(), n);
                          });
}

}  // namespace dlt::ops
