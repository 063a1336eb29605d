#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/zip.cpp"
#include "kernels/zip.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

#ifndef DLT_KERNELS_ZIP_CPP_
#define DLT_KERNELS_ZIP_CPP_
namespace dlt::kernels {

struct Operand {  // of one row: an array, or one number if step is 0
  const real* at;
  Size step;
};

}  // namespace dlt::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

template <class D>
HWY_INLINE hn::Vec<D> take(D d, const Operand& o, Size j) {
  return o.step == 0 ? hn::Set(d, *o.at) : hn::LoadU(d, o.at + j);
}

template <class F>
HWY_INLINE void fill_row(real* y, bool accumulate, Size n, const F& f) {
  for_row(n, [&](auto d, Size j) {
    const auto v = f(d, j);
    put(d, y, j, accumulate ? hn::Add(at(d, y, j), v) : v);
  });
}

// a where a comes before b by `first` or is NaN, else b.
template <class V, class M>
HWY_INLINE V pick(V a, V b, M first) {
  return hn::IfThenElse(hn::Or(first, hn::IsNaN(a)), a, b);
}

void zip_row(real* y, const Operand& a, const Operand& b, Zip kind, bool accumulate, Size n) {
  const auto each = [&](const auto& f) {
    fill_row(y, accumulate, n, [&](auto d, Size j) { return f(d, take(d, a, j), take(d, b, j)); });
  };
  switch (kind) {
    case Zip::add:
      return each([](auto, auto p, auto q) { return hn::Add(p, q); });
    case Zip::sub:
      return each([](auto, auto p, auto q) { return hn::Sub(p, q); });
    case Zip::mul:
      return fill_row(y, false, n, [&](auto d, Size j) {
        const auto before = accumulate ? at(d, y, j) : hn::Zero(d);
        return hn::MulAdd(take(d, a, j), take(d, b, j), before);
      });
    case Zip::div:
      return each([](auto, auto p, auto q) { return hn::Div(p, q); });
    case Zip::maximum:
      return each([](auto, auto p, auto q) { return pick(p, q, hn::Gt(p, q)); });
    case Zip::minimum:
      return each([](auto, auto p, auto q) { return pick(p, q, hn::Lt(p, q)); });
    case Zip::equal:
      return each([](auto d, auto p, auto q) {
        return hn::IfThenElseZero(hn::Eq(p, q), hn::Set(d, real(1)));
      });
    case Zip::exp_difference:
      return each([](auto d, auto p, auto q) { return Exp(d, hn::Sub(p, q)); });
    case Zip::keep:
      return each(
          [](auto d, auto p, auto q) { return hn::IfThenZeroElse(hn::Eq(p, hn::Zero(d)), q); });
    case Zip::drop:
      return each(
          [](auto d, auto p, auto q) { return hn::IfThenElseZero(hn::Eq(p, hn::Zero(d)), q); });
  }
}

// g where `won`, g / 2 where b = c, else 0.
template <class D, class V, class M>
HWY_INLINE V split_gradient(D d, V g, V b, V c, M won) {
  const V half = hn::IfThenElseZero(hn::Eq(b, c), hn::Mul(g, hn::Set(d, real(0.5))));
  return hn::IfThenElse(won, g, half);
}

void zip3_row(real* y, const Operand& a, const Operand& b, const Operand& c, Zip3 kind,
              bool accumulate, Size n) {
  const auto each = [&](const auto& f) {
    fill_row(y, accumulate, n,
             [&](auto d, Size j) { return f(d, take(d, a, j), take(d, b, j), take(d, c, j)); });
  };
  switch (kind) {
    case Zip3::choose:
      return each([](auto d, auto p, auto q, auto r) {
        return hn::IfThenElse(hn::Eq(p, hn::Zero(d)), r, q);
      });
    case Zip3::div_left:
      return each([](auto, auto p, auto, auto r) { return hn::Div(p, r); });
    case Zip3::div_right:
      return each([](auto, auto p, auto q, auto r) {
        return hn::Neg(hn::Mul(hn::Div(p, r), hn::Div(q, r)));
      });
    case Zip3::larger_left:
      return each(
          [](auto d, auto p, auto q, auto r) { return split_gradient(d, p, q, r, hn::Gt(q, r)); });
    case Zip3::smaller_left:
      return each(
          [](auto d, auto p, auto q, auto r) { return split_gradient(d, p, q, r, hn::Lt(q, r)); });
    case Zip3::softmax_pull:
      return each([](auto, auto p, auto q, auto r) { return hn::Mul(p, hn::Sub(q, r)); });
    case Zip3::log_softmax_pull:
      return each([](auto d, auto p, auto q, auto r) { return hn::NegMulAdd(Exp(d, p), r, q); });
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
namespace {

// Where the operands are in the row that holds element `begin`, and from row to row.
class Walk {
 public:
  Walk(const Grid& g, Size row) : grid_(g), index_(g.sizes.size() - 1) {
    for (std::size_t axis = index_.size(); axis-- > 0;) {
      index_[axis] = row % g.sizes[axis];
      row /= g.sizes[axis];
      for (std::size_t k = 0; k < 3; ++k) offset_[k] += index_[axis] * step(k, axis);
    }
  }

  Operand operand(std::size_t k, const real* data, Size column) const {
    const Size last = step(k, index_.size());
    return {data + offset_[k] + column * last, last};
  }

  void next() {
    for (std::size_t axis = index_.size(); axis-- > 0;) {
      const bool wraps = ++index_[axis] == grid_.sizes[axis];
      for (std::size_t k = 0; k < 3; ++k) {
        offset_[k] += (wraps ? 1 - grid_.sizes[axis] : 1) * step(k, axis);
      }
      if (!wraps) return;
      index_[axis] = 0;
    }
  }

 private:
  Size step(std::size_t k, std::size_t axis) const {
    return grid_.steps[k].empty() ? 0 : grid_.steps[k][axis];
  }

  const Grid& grid_;
  std::vector<Size> index_;
  std::array<Size, 3> offset_{};
};

// f(walk, place, column, n) for pieces of rows, `place` the first element's in the dense array.
template <class F>
void by_pieces(const Grid& g, const F& f) {
  Size total = 1;
  for (const Size s : g.sizes) total *= s;
  const Size inner = g.sizes.back();
  parallel_for(total, worth_a_thread, [&](Size at, Size end) {
    Walk walk(g, at / inner);
    for (Size column = at % inner; at < end; column = 0, walk.next()) {
      const Size n = std::min(inner - column, end - at);
      f(walk, at, column, n);
      at += n;
    }
  });
}

}  // namespace

HWY_EXPORT(zip_row);
HWY_EXPORT(zip3_row);

void zip(real* y, const real* a, const real* b, Zip kind, bool accumulate, const Grid& g) noexcept {
  by_pieces(g, [&](const Walk& w, Size place, Size column, Size n) {
    HWY_DYNAMIC_DISPATCH(zip_row)
    (y + place, w.operand(0, a, column), w.operand(1, b, column), kind, accumulate, n);
  });
}

void zip(real* y, const real* a, const real* b, const real* c, Zip3 kind, bool accumulate,
         const Grid& g) noexcept {
  by_pieces(g, [&](const Walk& w, Size place, Size column, Size n) {
    HWY_DYNAMIC_DISPATCH(zip3_row)
    (y + place, w.operand(0, a, column), w.operand(1, b, column), w.operand(2, c, column), kind,
     accumulate, n);
  });
}

}  // namespace dlt::kernels
#endif
