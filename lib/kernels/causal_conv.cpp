#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/causal_conv.cpp"
#include "kernels/causal_conv.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "kernels/pointwise.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

// Before the activation: bias + sum_k taps[k] rows[k]. taps [kernel + 1, channels], the last row
// being the bias. Most kernels have four taps, which are worth a loop without a counter.
template <class D>
HWY_INLINE hn::Vec<D> linear_part(D d, const real* const* rows, const real* taps,
                                  const CausalSize& n, Size j) {
  auto sum = at(d, taps, n.kernel * n.channels + j);
  if (n.kernel == 4) {
    for (Size k = 0; k < 4; ++k) {
      sum = hn::MulAdd(at(d, taps, k * n.channels + j), at(d, rows[k], j), sum);
    }
    return sum;
  }
  for (Size k = 0; k < n.kernel; ++k) {
    sum = hn::MulAdd(at(d, taps, k * n.channels + j), at(d, rows[k], j), sum);
  }
  return sum;
}

void activated_row(real* y, const real* const* rows, const real* taps, const CausalSize& n) {
  for_row(n.channels,
          [&](auto d, Size j) { put(d, y, j, Silu(d, linear_part(d, rows, taps, n, j))); });
}

// The gradient of the linear part.
void slope_row(real* dpre, const real* dy, const real* const* rows, const real* taps,
               const CausalSize& n) {
  for_row(n.channels, [&](auto d, Size j) {
    put(d, dpre, j, hn::Mul(at(d, dy, j), SiluSlope(d, linear_part(d, rows, taps, n, j))));
  });
}

// dx += sum_k taps[kernel - 1 - k] dpre[k]: the linear parts from its own step on that saw it.
void input_row(real* dx, const real* dpre, Size seen, const real* taps, const CausalSize& n) {
  for_row(n.channels, [&](auto d, Size j) {
    auto sum = at(d, dx, j);
    for (Size k = 0; k < seen; ++k) {
      const real* tap = taps + (n.kernel - 1 - k) * n.channels;
      sum = hn::MulAdd(at(d, tap, j), at(d, dpre, k * n.channels + j), sum);
    }
    put(d, dx, j, sum);
  });
}

// dtaps[k] += dpre rows[k], and the bias's row.
void taps_row(real* dtaps, const real* dpre, const real* const* rows, const CausalSize& n) {
  for_row(n.channels, [&](auto d, Size j) {
    const auto g = at(d, dpre, j);
    for (Size k = 0; k < n.kernel; ++k) {
      real* to = dtaps + k * n.channels;
      put(d, to, j, hn::MulAdd(g, at(d, rows[k], j), at(d, to, j)));
    }
    real* bias = dtaps + n.kernel * n.channels;
    put(d, bias, j, hn::Add(g, at(d, bias, j)));
  });
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(activated_row);
HWY_EXPORT(slope_row);
HWY_EXPORT(input_row);
HWY_EXPORT(taps_row);
namespace {

// weight and bias as rows of channels: [kernel + 1, channels].
std::vector<real> taps_of(const CausalInputs& in, const CausalSize& n) {
  std::vector<real> taps(static_cast<std::size_t>((n.kernel + 1) * n.channels));
  for (Size k = 0; k < n.kernel; ++k) {
    for (Size c = 0; c < n.channels; ++c) {
      taps[static_cast<std::size_t>(k * n.channels + c)] = in.weight[c * n.kernel + k];
    }
  }
  if (in.bias != nullptr) std::copy_n(in.bias, n.channels, taps.end() - n.channels);
  return taps;
}

// Some steps of a sequence, [first, stop), and where the rows are that they see: those of step t
// begin at seen(t).
class Steps {
 public:
  Steps(const CausalInputs& in, const CausalSize& n, const std::vector<real>& zeros, Size b,
        Size first, Size stop)
      : first_(first) {
    const Size before = n.kernel - 1;
    for (Size t = first - before; t < stop; ++t) {
      const real* row = t >= 0 ? in.x.data + (b * n.time + t) * in.x.step
                        : in.history == nullptr
                            ? zeros.data()
                            : in.history + (b * before + before + t) * n.channels;
      rows_.push_back(row);
    }
  }
  const real* const* seen(Size t) const { return rows_.data() + (t - first_); }

 private:
  Size first_;
  std::vector<const real*> rows_;
};

// f(sequence, first step, the step after the last, number of the block)
template <class F>
void each_block(const CausalSize& n, const F& f) {
  parallel_for(n.batch * n.blocks(), 1, [&](Size begin, Size end) {
    for (Size i = begin; i < end; ++i) {
      const Size first = i % n.blocks() * n.block();
      f(i / n.blocks(), first, std::min(n.time, first + n.block()), i);
    }
  });
}

}  // namespace

void causal_conv(real* y, const CausalInputs& in, const CausalSize& n) noexcept {
  const std::vector<real> taps = taps_of(in, n), zeros(static_cast<std::size_t>(n.channels));
  each_block(n, [&](Size b, Size first, Size stop, Size) {
    const Steps steps(in, n, zeros, b, first, stop);
    for (Size t = first; t < stop; ++t) {
      HWY_DYNAMIC_DISPATCH(activated_row)
      (y + (b * n.time + t) * n.channels, steps.seen(t), taps.data(), n);
    }
  });
}

void causal_conv_backward(const CausalGradients& out, const real* dy, const CausalInputs& in,
                          const CausalSize& n) noexcept {
  const std::vector<real> taps = taps_of(in, n), zeros(static_cast<std::size_t>(n.channels));
  const Size size = (n.kernel + 1) * n.channels;
  std::vector<real> parts(static_cast<std::size_t>(n.batch * n.blocks() * size));
  each_block(n, [&](Size b, Size first, Size stop, Size block) {
    const Size beyond = std::min(n.time, stop + n.kernel - 1);  // whose linear parts saw the block
    const Steps steps(in, n, zeros, b, first, beyond);
    real* dpre = workspace(Slot::weights, (beyond - first) * n.channels);
    for (Size t = first; t < beyond; ++t) {
      HWY_DYNAMIC_DISPATCH(slope_row)
      (dpre + (t - first) * n.channels, dy + (b * n.time + t) * n.channels, steps.seen(t),
       taps.data(), n);
    }
    for (Size t = first; t < stop; ++t) {
      const real* own = dpre + (t - first) * n.channels;
      HWY_DYNAMIC_DISPATCH(taps_row)(parts.data() + block * size, own, steps.seen(t), n);
      if (out.x.data == nullptr) continue;
      HWY_DYNAMIC_DISPATCH(input_row)
      (out.x.data + (b * n.time + t) * out.x.step, own, std::min(n.kernel, beyond - t), taps.data(),
       n);
    }
  });
  std::vector<real> sums(static_cast<std::size_t>(size));
  add_rows(sums.data(), parts.data(), n.batch * n.blocks(), size);
  for (Size c = 0; c < n.channels; ++c) {
    const real* sum = sums.data() + c;
    if (out.bias != nullptr) out.bias[c] += sum[n.kernel * n.channels];
    if (out.weight == nullptr) continue;
    for (Size k = 0; k < n.kernel; ++k) out.weight[c * n.kernel + k] += sum[k * n.channels];
  }
}

}  // namespace dlt::kernels
#endif
