#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/wkv.cpp"
#include "kernels/wkv.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

// e^a / e^m and e^b / e^m for m = max(a, b): one of them is 1.
template <class V>
struct ExpPair {
  V top, a, b;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE ExpPair<V> weigh(D d, V a, V b) {
  const auto first = hn::Gt(a, b);
  const V one = hn::Set(d, 1), less = ExpOfNegative(d, hn::Neg(hn::Abs(hn::Sub(a, b))));
  return {hn::IfThenElse(first, a, b), hn::IfThenElse(first, one, less),
          hn::IfThenElse(first, less, one)};
}

// `count` channels of one sequence, whose rows lie `row` numbers apart. state [3, count] becomes
// that after the last step; `states` [time, 3, count], if not null, receives that before each.
void wkv_steps(real* y, real* state, real* states, const WkvInputs& in, Size time, Size count,
               Size row) {
  for (Size t = 0; t < time; ++t) {
    if (states != nullptr) std::copy_n(state, 3 * count, states + 3 * t * count);
    for_row(count, [=](auto d, Size c) {
      const auto k = at(d, in.k, t * row + c), v = at(d, in.v, t * row + c);
      const auto a = at(d, state, c), b = at(d, state, count + c), m = at(d, state, 2 * count + c);
      if (y != nullptr) {
        const auto now = weigh(d, m, hn::Add(at(d, in.u, c), k));
        const auto sum = hn::MulAdd(now.a, a, hn::Mul(now.b, v));
        put(d, y, t * row + c, hn::Div(sum, hn::MulAdd(now.a, b, now.b)));
      }
      const auto next = weigh(d, hn::Add(m, at(d, in.w, c)), k);
      put(d, state, c, hn::MulAdd(next.a, a, hn::Mul(next.b, v)));
      put(d, state, count + c, hn::MulAdd(next.a, b, next.b));
      put(d, state, 2 * count + c, next.top);
    });
  }
}

// The gradients by A and B after step t come in the same form, e^p g and e^p h: p is the largest
// exponent of those later steps. Both products of it and a state are at most the y of such a step.
void wkv_steps_backward(const WkvGradients& out, real* gradient, const real* dy, const real* states,
                        const WkvInputs& in, Size time, Size count, Size row) {
  for (Size t = time; t-- > 0;) {
    const real* state = states + 3 * t * count;
    for_row(count, [=](auto d, Size c) {
      const auto k = at(d, in.k, t * row + c), v = at(d, in.v, t * row + c), w = at(d, in.w, c);
      const auto a = at(d, state, c), b = at(d, state, count + c), m = at(d, state, 2 * count + c);
      const auto g = at(d, gradient, c), h = at(d, gradient, count + c);
      const auto p = at(d, gradient, 2 * count + c);

      const auto now = weigh(d, m, hn::Add(at(d, in.u, c), k));
      const auto divisor = hn::MulAdd(now.a, b, now.b);
      const auto y = hn::Div(hn::MulAdd(now.a, a, hn::Mul(now.b, v)), divisor);
      const auto up = hn::Div(at(d, dy, t * row + c), divisor);  // e^(now.top) by A_t
      const auto own = hn::Mul(hn::Mul(up, now.b), hn::Sub(v, y));

      const auto later = Exp(d, hn::Add(p, k));
      const auto by_k = hn::Mul(later, hn::MulAdd(g, v, h));
      const auto decayed = Exp(d, hn::Add(hn::Add(p, w), m));
      const auto by_w = hn::Mul(decayed, hn::MulAdd(g, a, hn::Mul(h, b)));
      if (out.k != nullptr) {
        put(d, out.k, t * row + c, hn::Add(at(d, out.k, t * row + c), hn::Add(own, by_k)));
      }
      if (out.v != nullptr) {
        const auto dv = hn::MulAdd(later, g, hn::Mul(up, now.b));
        put(d, out.v, t * row + c, hn::Add(at(d, out.v, t * row + c), dv));
      }
      put(d, out.u, c, hn::Add(at(d, out.u, c), own));
      put(d, out.w, c, hn::Add(at(d, out.w, c), by_w));

      const auto before = weigh(d, hn::Add(p, w), hn::Neg(now.top));
      put(d, gradient, c, hn::MulAdd(before.a, g, hn::Mul(before.b, up)));
      const auto by_b = hn::Mul(hn::Mul(before.b, up), y);
      put(d, gradient, count + c, hn::MulSub(before.a, h, by_b));
      put(d, gradient, 2 * count + c, before.top);
    });
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(wkv_steps);
HWY_EXPORT(wkv_steps_backward);
namespace {

constexpr Size block = 32;        // channels that one thread takes at a time
constexpr real nothing = -1e30F;  // the exponent of a sum of nothing; finite: differences stay so

// Channels `first` to `first + count` of sequence b.
struct Part {
  Size b, first, count;

  Part(Size task, const WkvSize& n) {
    const Size blocks = (n.channels + block - 1) / block;
    b = task / blocks;
    first = task % blocks * block;
    count = std::min(block, n.channels - first);
  }
  Size begin(const WkvSize& n) const { return b * n.time * n.channels + first; }
  WkvInputs of(const WkvInputs& in, const WkvSize& n) const {
    return {in.k + begin(n), in.v + begin(n), in.w + first, in.u + first,
            in.start == nullptr ? nullptr : in.start + b * 3 * n.channels + first};
  }
};

void begin_state(real* state, const WkvInputs& part, Size count, const WkvSize& n) {
  for (Size i = 0; i < 3; ++i) {
    if (part.start != nullptr) {
      std::copy_n(part.start + i * n.channels, count, state + i * count);
    } else {
      std::fill_n(state + i * count, count, i < 2 ? real(0) : nothing);
    }
  }
}

template <class F>
void for_parts(const WkvSize& n, const F& f) {
  const Size parts = n.batch * ((n.channels + block - 1) / block);
  parallel_for(parts, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) f(Part(task, n));
  });
}

}  // namespace

void wkv_forward(real* y, real* last, const WkvInputs& in, const WkvSize& n) noexcept {
  for_parts(n, [&](const Part& p) {
    const WkvInputs part = p.of(in, n);
    real state[3 * block];
    begin_state(state, part, p.count, n);
    HWY_DYNAMIC_DISPATCH(wkv_steps)
    (y + p.begin(n), state, nullptr, part, n.time, p.count, n.channels);
    for (Size i = 0; i < 3; ++i) {
      std::copy_n(state + i * p.count, p.count, last + (p.b * 3 + i) * n.channels + p.first);
    }
  });
}

void wkv_backward(const WkvGradients& out, const real* dy, const WkvInputs& in,
                  const WkvSize& n) noexcept {
  for_parts(n, [&](const Part& p) {
    const WkvInputs part = p.of(in, n);
    real state[3 * block], *states = workspace(Slot::weights, 3 * n.time * p.count);
    begin_state(state, part, p.count, n);
    HWY_DYNAMIC_DISPATCH(wkv_steps)
    (nullptr, state, states, part, n.time, p.count, n.channels);
    std::fill_n(state, 2 * p.count, real(0));
    std::fill_n(state + 2 * p.count, p.count, nothing);
    const Size row = p.b * n.channels + p.first;
    std::fill_n(out.w + row, p.count, real(0));
    std::fill_n(out.u + row, p.count, real(0));
    HWY_DYNAMIC_DISPATCH(wkv_steps_backward)
    ({out.k == nullptr ? nullptr : out.k + p.begin(n),
      out.v == nullptr ? nullptr : out.v + p.begin(n), out.w + row, out.u + row},
     state, dy + p.begin(n), states, part, n.time, p.count, n.channels);
  });
}

}  // namespace dlt::kernels
#endif
