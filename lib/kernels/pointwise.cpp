#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pointwise.cpp"
#include "kernels/pointwise.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/dropout.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

void add(real* y, const real* a, const real* b, Size n) {
  for_row(n, [=](auto d, Size i) { put(d, y, i, hn::Add(at(d, a, i), at(d, b, i))); });
}

void add_scaled(real* y, const real* x, real factor, Size n) {
  for_row(n, [=](auto d, Size i) {
    put(d, y, i, hn::MulAdd(at(d, x, i), hn::Set(d, factor), at(d, y, i)));
  });
}

template <class D>
hn::Vec<D> value(D d, hn::Vec<D> x, Activation kind) {
  switch (kind) {
    case Activation::gelu:
      return Gelu(d, x);
    case Activation::silu:
      return Silu(d, x);
    case Activation::relu:
      return hn::Max(x, hn::Zero(d));
    case Activation::relu6:
      return hn::Min(hn::Max(x, hn::Zero(d)), hn::Set(d, real(6)));
    case Activation::none:
      break;
  }
  return x;
}

template <class D>
hn::Vec<D> slope(D d, hn::Vec<D> x, Activation kind) {
  switch (kind) {
    case Activation::gelu:
      return GeluSlope(d, x);
    case Activation::silu:
      return SiluSlope(d, x);
    case Activation::relu:
      return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, real(1)), hn::Zero(d));
    case Activation::relu6: {
      const auto in = hn::And(hn::Gt(x, hn::Zero(d)), hn::Lt(x, hn::Set(d, real(6))));
      return hn::IfThenElseZero(in, hn::Set(d, real(1)));
    }
    case Activation::none:
      break;
  }
  return hn::Set(d, real(1));
}

void activate_forward(real* y, const real* x, Activation kind, Size n) {
  for_row(n, [=](auto d, Size i) { put(d, y, i, value(d, at(d, x, i), kind)); });
}

void activate_backward(real* dx, const real* dy, const real* x, Activation kind, bool accumulate,
                       Size n) {
  for_row(n, [=](auto d, Size i) {
    const auto before = accumulate ? at(d, dx, i) : hn::Zero(d);
    put(d, dx, i, hn::MulAdd(at(d, dy, i), slope(d, at(d, x, i), kind), before));
  });
}

void swiglu_forward(real* y, const real* x, Size width) {
  for_row(width, [=](auto d, Size i) {
    put(d, y, i, hn::Mul(Silu(d, at(d, x, i)), at(d, x, width + i)));
  });
}

void swiglu_backward(real* dx, const real* dy, const real* x, bool accumulate, Size width) {
  for_row(width, [=](auto d, Size i) {
    const auto g = at(d, dy, i), gate = at(d, x, i), up = at(d, x, width + i);
    const auto dgate = hn::Mul(hn::Mul(g, up), SiluSlope(d, gate));
    const auto dup = hn::Mul(g, Silu(d, gate));
    put(d, dx, i, accumulate ? hn::Add(dgate, at(d, dx, i)) : dgate);
    put(d, dx, width + i, accumulate ? hn::Add(dup, at(d, dx, width + i)) : dup);
  });
}

// mix() of each number.
template <class D64>
HWY_INLINE hn::Vec<D64> mixed(D64 d, hn::Vec<D64> z) {
  z = hn::Mul(hn::Xor(z, hn::ShiftRight<30>(z)), hn::Set(d, 0xBF58476D1CE4E5B9ull));
  z = hn::Mul(hn::Xor(z, hn::ShiftRight<27>(z)), hn::Set(d, 0x94D049BB133111EBull));
  return hn::Xor(z, hn::ShiftRight<31>(z));
}

// Numbers below 2^32 as those of du, which has 64 or 32 bits.
template <class DU, class V>
HWY_INLINE hn::Vec<DU> narrow(DU du, V v) {
  if constexpr (sizeof(hn::TFromD<DU>) == 4) {
    return hn::TruncateTo(du, v);
  } else {
    return v;
  }
}

// Elements [first, n) of arrays that begin at y and x; as DropoutMask::factor() has it.
void dropout(real* y, const real* x, const DropoutMask& mask, bool accumulate, Size first, Size n) {
  constexpr std::uint64_t step = 0x9E3779B97F4A7C15ull;  // of derive()
  const hn::ScalableTag<std::uint64_t> d64;
  const hn::Rebind<real, decltype(d64)> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const auto lanes = static_cast<Size>(hn::Lanes(d64));
  const auto steps = hn::Mul(hn::Iota(d64, 0), hn::Set(d64, step));
  const auto threshold = hn::Set(du, static_cast<hn::TFromD<decltype(du)>>(mask.threshold()));
  const auto scale = hn::Set(d, mask.scale());
  Size i = first;
  for (; i + lanes <= n; i += lanes) {
    const auto begin = hn::Set(d64, mask.key() + step * (static_cast<std::uint64_t>(i) + 1));
    const auto upper = hn::ShiftRight<32>(mixed(d64, hn::Add(begin, steps)));
    const auto dropped = hn::RebindMask(d, hn::Lt(narrow(du, upper), threshold));
    const auto value = hn::IfThenZeroElse(dropped, hn::Mul(at(d, x, i), scale));
    put(d, y, i, accumulate ? hn::Add(at(d, y, i), value) : value);
  }
  for (; i < n; ++i) y[i] = (accumulate ? y[i] : 0) + x[i] * mask.factor(i);
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(add);
HWY_EXPORT(add_scaled);
HWY_EXPORT(activate_forward);
HWY_EXPORT(activate_backward);
HWY_EXPORT(swiglu_forward);
HWY_EXPORT(swiglu_backward);
HWY_EXPORT(dropout);

void add(real* y, const real* a, const real* b, Size n) noexcept {
  parallel_for(n, worth_a_thread, [=](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(add)(y + i, a + i, b + i, end - i);
  });
}

void add_scaled(real* y, const real* x, real factor, Size n) noexcept {
  parallel_for(n, worth_a_thread, [=](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(add_scaled)(y + i, x + i, factor, end - i);
  });
}

void activate_forward(real* y, const real* x, Activation kind, Size n) noexcept {
  parallel_for(n, worth_a_thread, [=](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(activate_forward)(y + i, x + i, kind, end - i);
  });
}

void activate_backward(real* dx, const real* dy, const real* x, Activation kind, bool accumulate,
                       Size n) noexcept {
  parallel_for(n, worth_a_thread, [=](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(activate_backward)(dx + i, dy + i, x + i, kind, accumulate, end - i);
  });
}

void swiglu_forward(real* y, const real* x, Size rows, Size width) noexcept {
  parallel_each(rows, width, [=](Size r) {
    HWY_DYNAMIC_DISPATCH(swiglu_forward)(y + r * width, x + 2 * r * width, width);
  });
}

void swiglu_backward(real* dx, const real* dy, const real* x, bool accumulate, Size rows,
                     Size width) noexcept {
  parallel_each(rows, width, [=](Size r) {
    HWY_DYNAMIC_DISPATCH(swiglu_backward)
    (dx + 2 * r * width, dy + r * width, x + 2 * r * width, accumulate, width);
  });
}

void dropout(real* y, const real* x, double rate, std::uint64_t key, bool accumulate,
             Size n) noexcept {
  const DropoutMask mask(rate, key);
  parallel_for(n, worth_a_thread, [=](Size begin, Size end) {
    HWY_DYNAMIC_DISPATCH(dropout)(y, x, mask, accumulate, begin, end);
  });
}

void add_rows(real* sums, const real* x, Size rows, Size cols) noexcept {
  parallel_for(cols, std::max<Size>(64, worth_a_thread / std::max<Size>(rows, 1)),
               [=](Size begin, Size end) {
                 for (Size r = 0; r < rows; ++r) {
                   HWY_DYNAMIC_DISPATCH(add_scaled)
                   (sums + begin, x + r * cols + begin, 1, end - begin);
                 }
               });
}

}  // namespace dlt::kernels
#endif
