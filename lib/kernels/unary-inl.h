// The functions of one variable, each with its slope. Included by kernels once per instruction set.

#include "kernels/map.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_functions-inl.h"
#include "kernels/simd_trigonometry-inl.h"

#if defined(DLT_KERNELS_UNARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_UNARY_INL_H_
#undef DLT_KERNELS_UNARY_INL_H_
#else
#define DLT_KERNELS_UNARY_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V>
HWY_INLINE V mish(D d, V x) {  // tanh(log(1 + e)) = w / (w + 2) with w = e (e + 2)
  const V e = Exp(d, hn::IfThenElse(hn::Gt(x, Number(d, 22)), Number(d, 22), x));
  const V w = hn::Mul(e, hn::Add(e, Number(d, 2)));
  return hn::Mul(x, hn::Div(w, hn::Add(w, Number(d, 2))));
}

template <class D, class V>
HWY_INLINE V mish_slope(D d, V x) {
  const V e = Exp(d, hn::IfThenElse(hn::Gt(x, Number(d, 22)), Number(d, 22), x));
  const V w = hn::Mul(e, hn::Add(e, Number(d, 2))), v = hn::Add(w, Number(d, 2));
  const V bend = hn::Div(hn::Mul(Number(d, 4), hn::MulAdd(e, e, e)), hn::Mul(v, v));
  const V slope = hn::MulAdd(x, bend, hn::Div(w, v));
  return hn::IfThenElse(hn::Gt(x, Number(d, 22)), Number(d, 1), slope);
}

// f(e^(-x^2 / 2), twice the normal distribution function of x)
template <class D, class V, class F>
HWY_INLINE V with_normal(D d, V x, const F& f) {
  const V bell = ExpOfNegative(d, hn::Mul(hn::Mul(x, x), Number(d, -0.5)));
  return f(bell, Erfc(d, hn::Mul(x, Number(d, -0.70710678118654752440)), bell));
}

template <class D, class V>
HWY_INLINE V gelu_erf(D d, V x) {
  return with_normal(d, x, [=](V, V twice) { return hn::Mul(hn::Mul(x, Number(d, 0.5)), twice); });
}

template <class D, class V>
HWY_INLINE V gelu_erf_slope(D d, V x) {
  return with_normal(d, x, [=](V bell, V twice) {
    const V density = hn::Mul(bell, Number(d, 0.39894228040143267794));  // 1 / sqrt(2 pi)
    return hn::MulAdd(x, density, hn::Mul(twice, Number(d, 0.5)));
  });
}

template <class D, class V>
HWY_INLINE V sigmoid_slope(D d, V x) {
  const V e = ExpOfNegative(d, hn::Neg(hn::Abs(x))), u = hn::Add(e, Number(d, 1));
  return hn::Div(e, hn::Mul(u, u));
}

// `inside` where low <= x <= high, else 0; NaN stays.
template <class D, class V>
HWY_INLINE V between(D d, V x, double low, double high, V inside) {
  const auto out = hn::Or(hn::Lt(x, Number(d, low)), hn::Gt(x, Number(d, high)));
  return hn::IfThenZeroElse(out, inside);
}

// NaN stays; where low > high: high.
template <class D, class V>
HWY_INLINE V clamped(D d, V x, double low, double high) {
  const V raised = hn::IfThenElse(hn::Lt(x, Number(d, low)), Number(d, low), x);
  return hn::IfThenElse(hn::Gt(raised, Number(d, high)), Number(d, high), raised);
}

// x where positive, scale (e^x - 1) alpha elsewhere; Klambauer et al. 2017 for SELU's numbers.
constexpr double selu_scale = 1.0507009873554804934193349852946;
constexpr double selu_alpha = 1.6732632423543772848170429916717;

template <class D, class V>
HWY_INLINE V elu(D d, V x, double alpha) {
  const auto up = hn::Gt(x, hn::Zero(d));
  return hn::IfThenElse(up, x,
                        hn::Mul(Expm1OfNegative(d, hn::IfThenZeroElse(up, x)), Number(d, alpha)));
}

template <class D, class V>
HWY_INLINE V elu_slope(D d, V x, double alpha) {
  const V down = hn::Mul(Exp(d, x), Number(d, alpha));
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), Number(d, 1), down);
}

template <class D, class V>
HWY_INLINE V step_slope(D d, V x, double below, double above) {  // `below` at 0
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), Number(d, above), Number(d, below));
}

template <class D, class V>
HWY_INLINE V flipped_sign(D d, V x, V y) {  // y with its sign changed where x is negative
  return hn::Xor(y, hn::And(x, hn::SignBit(d)));
}

// Calls f(value, slope) with the two functions of a kind that is not an activation.
template <class F>
HWY_INLINE void with_function(Unary kind, const Parameters& p, const F& f) {
  switch (kind) {
    case Unary::exp:
      return f([](auto d, auto x) { return Exp(d, x); }, [](auto d, auto x) { return Exp(d, x); });
    case Unary::log:
      return f([](auto d, auto x) { return Log(d, x); },
               [](auto d, auto x) { return hn::Div(Number(d, 1), x); });
    case Unary::log1p:
      return f([](auto d, auto x) { return Log1p(d, x); },
               [](auto d, auto x) { return hn::Div(Number(d, 1), hn::Add(Number(d, 1), x)); });
    case Unary::sqrt:
      return f([](auto, auto x) { return hn::Sqrt(x); },
               [](auto d, auto x) { return hn::Div(Number(d, 0.5), hn::Sqrt(x)); });
    case Unary::rsqrt:
      return f([](auto d, auto x) { return InverseSqrt(d, x); },
               [](auto d, auto x) { return hn::Div(Number(d, -0.5), hn::Mul(x, hn::Sqrt(x))); });
    case Unary::square:
      return f([](auto, auto x) { return hn::Mul(x, x); },
               [](auto, auto x) { return hn::Add(x, x); });
    case Unary::reciprocal:
      return f([](auto d, auto x) { return hn::Div(Number(d, 1), x); },
               [](auto d, auto x) { return hn::Div(Number(d, -1), hn::Mul(x, x)); });
    case Unary::abs:
      return f([](auto, auto x) { return hn::Abs(x); },
               [](auto d, auto x) {
                 const auto sign = flipped_sign(d, x, Number(d, 1));
                 return hn::IfThenZeroElse(hn::Eq(x, hn::Zero(d)), sign);
               });
    case Unary::sin:
      return f([](auto d, auto x) { return Sin(d, x); }, [](auto d, auto x) { return Cos(d, x); });
    case Unary::cos:
      return f([](auto d, auto x) { return Cos(d, x); },
               [](auto d, auto x) { return hn::Neg(Sin(d, x)); });
    case Unary::erf:
      return f([](auto d, auto x) { return Erf(d, x); },
               [](auto d, auto x) {
                 const auto bell = Exp(d, hn::Neg(hn::Mul(x, x)));
                 return hn::Mul(bell, Number(d, 1.12837916709551257390));  // 2 / sqrt(pi)
               });
    case Unary::pow:
      return f([e = p.a](auto d, auto x) { return Power(d, x, e); },
               [e = p.a](auto d, auto x) {
                 return e == 0 ? hn::Zero(d) : hn::Mul(Power(d, x, e - 1), Number(d, e));
               });
    default:  // scale
      return f([a = p.a](auto d, auto x) { return hn::Mul(x, Number(d, a)); },
               [a = p.a](auto d, auto) { return Number(d, a); });
  }
}

// The same for rectifiers and other functions made of straight pieces.
template <class F>
HWY_INLINE void with_rectifier(Unary kind, const Parameters& p, const F& f) {
  switch (kind) {
    case Unary::relu:
      return f([](auto d, auto x) { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x); },
               [](auto d, auto x) { return step_slope(d, x, 0, 1); });
    case Unary::relu6:
      return f([](auto d, auto x) { return clamped(d, x, 0, 6); },
               [](auto d, auto x) {
                 const auto in = hn::And(hn::Gt(x, hn::Zero(d)), hn::Lt(x, Number(d, 6)));
                 return hn::IfThenElseZero(in, Number(d, 1));
               });
    case Unary::leaky_relu:
      return f(
          [a = p.a](auto d, auto x) {
            return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(x, Number(d, a)));
          },
          [a = p.a](auto d, auto x) { return step_slope(d, x, a, 1); });
    case Unary::hardswish:
      return f(
          [](auto d, auto x) {
            const auto gate = clamped(d, hn::Add(x, Number(d, 3)), 0, 6);
            return hn::Mul(hn::Mul(x, gate), Number(d, 1.0 / 6));
          },
          [](auto d, auto x) {
            const auto rising = hn::MulAdd(x, Number(d, 1.0 / 3), Number(d, 0.5));
            const auto high = hn::IfThenElse(hn::Gt(x, Number(d, 3)), Number(d, 1), rising);
            return hn::IfThenZeroElse(hn::Lt(x, Number(d, -3)), high);
          });
    case Unary::hardsigmoid:
      return f(
          [](auto d, auto x) {
            return hn::Mul(clamped(d, hn::Add(x, Number(d, 3)), 0, 6), Number(d, 1.0 / 6));
          },
          [](auto d, auto x) {
            const auto in = hn::Lt(hn::Abs(x), Number(d, 3));
            return hn::IfThenElseZero(in, Number(d, 1.0 / 6));
          });
    default:  // clamp
      return f([p](auto d, auto x) { return clamped(d, x, p.a, p.b); },
               [p](auto d, auto x) { return between(d, x, p.a, p.b, Number(d, 1)); });
  }
}

// The same for smooth activations.
template <class F>
HWY_INLINE void with_activation(Unary kind, const Parameters& p, const F& f) {
  switch (kind) {
    case Unary::tanh:
      return f([](auto d, auto x) { return Tanh(d, x); },
               [](auto d, auto x) {
                 const auto t = Tanh(d, x);
                 return hn::NegMulAdd(t, t, Number(d, 1));
               });
    case Unary::sigmoid:
      return f([](auto d, auto x) { return Sigmoid(d, x); },
               [](auto d, auto x) { return sigmoid_slope(d, x); });
    case Unary::silu:
      return f([](auto d, auto x) { return Silu(d, x); },
               [](auto d, auto x) { return SiluSlope(d, x); });
    case Unary::softplus:
      return f([](auto d, auto x) { return Softplus(d, x); },
               [](auto d, auto x) { return Sigmoid(d, x); });
    case Unary::softsign:
      return f([](auto d, auto x) { return hn::Div(x, hn::Add(Number(d, 1), hn::Abs(x))); },
               [](auto d, auto x) {
                 const auto s = hn::Div(Number(d, 1), hn::Add(Number(d, 1), hn::Abs(x)));
                 return hn::Mul(s, s);
               });
    case Unary::elu:
      return f([a = p.a](auto d, auto x) { return elu(d, x, a); },
               [a = p.a](auto d, auto x) { return elu_slope(d, x, a); });
    case Unary::selu:
      return f([](auto d, auto x) { return hn::Mul(elu(d, x, selu_alpha), Number(d, selu_scale)); },
               [](auto d, auto x) {
                 return hn::Mul(elu_slope(d, x, selu_alpha), Number(d, selu_scale));
               });
    case Unary::mish:
      return f([](auto d, auto x) { return mish(d, x); },
               [](auto d, auto x) { return mish_slope(d, x); });
    case Unary::gelu_erf:
      return f([](auto d, auto x) { return gelu_erf(d, x); },
               [](auto d, auto x) { return gelu_erf_slope(d, x); });
    default:  // gelu_tanh
      return f([](auto d, auto x) { return Gelu(d, x); },
               [](auto d, auto x) { return GeluSlope(d, x); });
  }
}

template <class F>
HWY_INLINE void with_kind(Unary kind, const Parameters& p, const F& f) {
  if (kind >= Unary::tanh) return with_activation(kind, p, f);
  if (kind >= Unary::relu) return with_rectifier(kind, p, f);
  with_function(kind, p, f);
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
