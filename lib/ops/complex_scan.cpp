#include "kernels/complex_scan.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "ops/recurrent.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;

kernels::ComplexScanSize check(const Tensor& x, const Tensor& re, const Tensor& im,
                               const Tensor& start) {
  require(x.shape().rank() == 3 && x.dim(2) % 2 == 0,
          "complex_scan: x {} is not [batch, time, 2 * states]", x.shape());
  const kernels::ComplexScanSize n{x.dim(0), x.dim(1), x.dim(2) / 2};
  require(re.shape() == Shape{n.states} && im.shape() == re.shape(),
          "complex_scan: lambda {} and {} do not fit the {} states of x {}", re.shape(), im.shape(),
          n.states, x.shape());
  require(!start.defined() || start.shape() == Shape{n.batch, 2 * n.states},
          "complex_scan: start {} is not [batch, 2 * states] of x {}",
          start.defined() ? start.shape() : Shape{}, x.shape());
  return n;
}

void scan_backward(const Tensor& dy, InputGrads& dx, const Tensor& h,
                   const std::vector<Tensor>& lambda, const Tensor& start,
                   const kernels::ComplexScanSize& n) {
  Tensor parts = Tensor::uninitialized({n.batch, 2 * n.states});
  kernels::complex_scan_backward({dx.if_wanted(0), parts.mutable_data(), dx.if_wanted(3)},
                                 dy.data(), h.data(), {lambda[0].data(), lambda[1].data()},
                                 start.data_or_null(), n);
  Tensor sum = Tensor::zeros({2, n.states});
  kernels::add_rows(sum.mutable_data(), parts.data(), n.batch, 2 * n.states);
  for (std::size_t part = 0; part < 2; ++part) {
    if (!dx.wants(1 + part)) continue;
    const real* from = sum.data() + static_cast<std::int64_t>(part) * n.states;
    kernels::add_rows(dx[1 + part], from, 1, n.states);
  }
}

}  // namespace

Tensor complex_scan(const Tensor& x, const Tensor& lambda_re, const Tensor& lambda_im,
                    const Tensor& start) {
  const kernels::ComplexScanSize n = check(x, lambda_re, lambda_im, start);
  Tensor h = Tensor::uninitialized(x.shape());
  kernels::complex_scan(h.mutable_data(), x.data(), {lambda_re.data(), lambda_im.data()},
                        start.data_or_null(), n);
  return autograd::record(
      "complex_scan", h, {x, lambda_re, lambda_im, start},
      [h = h.detach(), n, start = start.detach(),
       lambda = std::vector{lambda_re.detach(), lambda_im.detach()}](
          const Tensor& dy, InputGrads& dx) { scan_backward(dy, dx, h, lambda, start, n); });
}

}  // namespace dlt::ops
