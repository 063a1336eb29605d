// Activations of one vector. Included by kernels once per instruction set.
#include "kernels/activation.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

#if defined(DLT_KERNELS_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_ACTIVATION_INL_H_
#undef DLT_KERNELS_ACTIVATION_INL_H_
#else
#define DLT_KERNELS_ACTIVATION_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> activate(D d, Activation activation, hn::Vec<D> x) {
  switch (activation) {
    case Activation::gelu:
      return Gelu(d, x);
    case Activation::relu:
      return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x);
    case Activation::silu:
      return Silu(d, x);
    case Activation::relu6: {
      const auto up = hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x),
                 six = hn::Set(d, hn::TFromD<D>(6));
      return hn::IfThenElse(hn::Gt(up, six), six, up);
    }
    case Activation::none:
      break;
  }
  return x;
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
