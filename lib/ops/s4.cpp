#include "kernels/s4.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/fading.h"
#include "ops/recurrent.h"

namespace dlt::ops {
namespace {

kernels::S4Size check(const S4& s, std::int64_t length) {
  const Shape shape = s.a_re.shape();
  for (const Tensor* t : {&s.a_re, &s.a_im, &s.p_re, &s.p_im, &s.b_re, &s.b_im, &s.c_re, &s.c_im}) {
    require(shape.rank() == 2 && t->shape() == shape,
            "s4: A, P, B and C must be of one shape [channels, states], here {} and {}", shape,
            t->shape());
  }
  require(s.log_dt.shape() == Shape{shape.dim(0)}, "s4: log_dt {} is not [channels] of A {}",
          s.log_dt.shape(), shape);
  require(length >= 0 && length <= std::int64_t{1} << 28, "s4: length {} is not in [0, 2^28]",
          length);
  require_fading("s4", s.a_re);
  return {shape.dim(0), shape.dim(1), length};
}

kernels::S4Arrays<const real> pointers(const std::vector<Tensor>& p) {
  return {p[0].data(), p[1].data(), p[2].data(), p[3].data(), p[4].data(),
          p[5].data(), p[6].data(), p[7].data(), p[8].data()};
}

}  // namespace

Tensor s4_kernel(const S4& s, std::int64_t length) {
  const kernels::S4Size n = check(s, length);
  const std::vector<Tensor> all = {s.log_dt, s.a_re, s.a_im, s.p_re, s.p_im,
                                   s.b_re,   s.b_im, s.c_re, s.c_im};
  std::vector<Tensor> in;
  for (const Tensor& t : all) in.push_back(t.detach());
  Tensor y = Tensor::uninitialized({n.channels, length});
  kernels::s4_kernel(y.mutable_data(), pointers(in), n);
  return autograd::record("s4_kernel", y, all, [in, n](const Tensor& dy, autograd::InputGrads& dx) {
    kernels::s4_kernel_backward(
        {dx.if_wanted(0), dx.if_wanted(1), dx.if_wanted(2), dx.if_wanted(3), dx.if_wanted(4),
         dx.if_wanted(5), dx.if_wanted(6), dx.if_wanted(7), dx.if_wanted(8)},
        dy.data(), pointers(in), n);
  });
}

}  // namespace dlt::ops
