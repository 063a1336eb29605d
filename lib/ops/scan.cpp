#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/long_convolution.h"
#include "kernels/selective_scan.h"
#include "ops/fading.h"
#include "ops/recurrent.h"

namespace dlt::ops {

using autograd::InputGrads;

Tensor s4d_kernel(const S4d& s, std::int64_t length) {
  const Shape shape = s.a_re.shape();
  require(shape.rank() == 2 && s.a_im.shape() == shape && s.c_re.shape() == shape &&
              s.c_im.shape() == shape && s.log_dt.shape() == Shape{shape.dim(0)},
          "s4d: A {} and {}, C {} and {} must be [channels, states], and log_dt {} [channels]",
          s.a_re.shape(), s.a_im.shape(), s.c_re.shape(), s.c_im.shape(), s.log_dt.shape());
  require(length >= 0 && length <= std::int64_t{1} << 28, "s4d: length {} is not in [0, 2^28]",
          length);
  require_fading("s4d", s.a_re);
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
