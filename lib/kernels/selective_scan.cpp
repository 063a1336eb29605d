#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/selective_scan.cpp"
#include "kernels/selective_scan.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

Size vector_lanes() { return static_cast<Size>(hn::Lanes(Wide())); }

// One channel of one sequence. If `states` is not null it receives h after each step, and `decays`
// exp(delta A); else states are kept in h alone. u and delta are at their first step.
void scan_channel(real* y, real* h, real* states, real* decays, const ScanInputs& in, real skip,
                  Size time, Size padded) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  std::fill_n(h, padded, real(0));
  for (Size t = 0; t < time; ++t) {
    const auto step = hn::Set(d, in.delta[t]), drive = hn::Set(d, in.delta[t] * in.u[t]);
    auto sum = hn::Zero(d);
    for (Size j = 0; j < padded; j += lanes) {
      const auto decay = Exp(d, hn::Mul(step, at(d, in.a, j)));
      const auto now = hn::MulAdd(decay, at(d, h, j), hn::Mul(drive, at(d, in.b, t * padded + j)));
      put(d, h, j, now);
      if (states != nullptr) {
        put(d, states, t * padded + j, now);
        put(d, decays, t * padded + j, decay);
      }
      sum = hn::MulAdd(now, at(d, in.c, t * padded + j), sum);
    }
    if (y != nullptr) y[t] = hn::GetLane(hn::SumOfLanes(d, sum)) + skip * in.u[t];
  }
}

// dh [padded] comes in as the gradient of the last state. out.u and out.delta are at the first step
// of this channel, the others at what this channel adds to.
void scan_channel_backward(const ScanGradients& out, real* dh, const real* dy, const real* states,
                           const real* decays, const ScanInputs& in, real skip, Size time,
                           Size padded) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  for (Size t = time; t-- > 0;) {
    const auto step = hn::Set(d, in.delta[t]), drive = hn::Set(d, in.delta[t] * in.u[t]);
    const auto up = hn::Set(d, dy[t]);
    auto by_drive = hn::Zero(d), by_decay = hn::Zero(d);
    for (Size j = 0; j < padded; j += lanes) {
      const Size place = t * padded + j;
      const auto before = t > 0 ? at(d, states, place - padded) : hn::Zero(d);
      const auto decay = at(d, decays, place);
      const auto g = hn::MulAdd(up, at(d, in.c, place), at(d, dh, j));
      // Loads first: these arrays lie multiples of a page apart, where a load waits for a store.
      const auto dc = hn::MulAdd(up, at(d, states, place), at(d, out.c, place));
      const auto db = hn::MulAdd(g, drive, at(d, out.b, place));
      by_drive = hn::MulAdd(g, at(d, in.b, place), by_drive);
      const auto passed = hn::Mul(g, decay), turned = hn::Mul(passed, before);
      by_decay = hn::MulAdd(turned, at(d, in.a, j), by_decay);
      put(d, out.a, j, hn::MulAdd(turned, step, at(d, out.a, j)));
      put(d, out.c, place, dc);
      put(d, out.b, place, db);
      put(d, dh, j, passed);
    }
    const real ddrive = hn::GetLane(hn::SumOfLanes(d, by_drive));
    const real ddecay = hn::GetLane(hn::SumOfLanes(d, by_decay));
    if (out.u != nullptr) out.u[t] += ddrive * in.delta[t] + dy[t] * skip;
    if (out.delta != nullptr) out.delta[t] += ddrive * in.u[t] + ddecay;
    *out.d += dy[t] * in.u[t];
  }
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(vector_lanes);
HWY_EXPORT(scan_channel);
HWY_EXPORT(scan_channel_backward);
namespace {

// The inputs of channel c of sequence b, and its factor D.
ScanInputs of_channel(const ScanInputs& in, Size b, Size c, const ScanSize& n) {
  const Size row = (b * n.channels + c) * n.time, wide = b * n.time * n.padded();
  return {in.u + row,  in.delta + row, in.a + c * n.padded(),
          in.b + wide, in.c + wide,    in.d == nullptr ? nullptr : in.d + c};
}

real skip_of(const ScanInputs& channel) { return channel.d == nullptr ? 0 : *channel.d; }

}  // namespace

Size ScanSize::padded() const {
  const Size lanes = HWY_DYNAMIC_DISPATCH(vector_lanes)();
  return (states + lanes - 1) / lanes * lanes;
}

void scan_pack(real* rows, const real* x, Size outer, Size inner, const ScanSize& n) noexcept {
  const Size padded = n.padded();
  parallel_for(outer, 1, [=](Size begin, Size end) {
    for (Size o = begin; o < end; ++o) {
      real* out = rows + o * inner * padded;
      const real* in = x + o * n.states * inner;
      std::fill_n(out, inner * padded, real(0));
      for (Size i = 0; i < inner; ++i) {
        for (Size s = 0; s < n.states; ++s) out[i * padded + s] = in[s * inner + i];
      }
    }
  });
}

void scan_unpack(real* dx, const real* parts, Size outer, Size count, Size inner,
                 const ScanSize& n) noexcept {
  const Size padded = n.padded();
  parallel_for(outer * n.states, 1, [=](Size begin, Size end) {
    for (Size row = begin; row < end; ++row) {
      const Size o = row / n.states, s = row % n.states;
      for (Size part = 0; part < count; ++part) {
        const real* in = parts + (o * count + part) * inner * padded + s;
        for (Size i = 0; i < inner; ++i) dx[row * inner + i] += in[i * padded];
      }
    }
  });
}

void scan_forward(real* y, real* last, const ScanInputs& in, const ScanSize& n) noexcept {
  const Size padded = n.padded();
  parallel_for(n.batch * n.channels, 1, [&](Size begin, Size end) {
    for (Size row = begin; row < end; ++row) {
      const ScanInputs channel = of_channel(in, row / n.channels, row % n.channels, n);
      real* h = workspace(Slot::weights, padded);
      HWY_DYNAMIC_DISPATCH(scan_channel)
      (y + row * n.time, h, nullptr, nullptr, channel, skip_of(channel), n.time, padded);
      std::copy_n(h, n.states, last + row * n.states);
    }
  });
}

void scan_backward(const ScanGradients& out, const real* dy, const real* dlast,
                   const ScanInputs& in, const ScanSize& n) noexcept {
  const Size padded = n.padded(), wide = n.time * padded, groups = n.groups();
  parallel_for(n.batch * groups, 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size b = task / groups, first = task % groups * 16;
      std::fill_n(out.b + task * wide, wide, real(0));
      std::fill_n(out.c + task * wide, wide, real(0));
      for (Size c = first; c < std::min(n.channels, first + 16); ++c) {
        const Size row = b * n.channels + c;
        const ScanInputs channel = of_channel(in, b, c, n);
        real *states = workspace(Slot::weights, wide + padded), *h = states + wide;
        real* decays = workspace(Slot::weight_gradients, wide);
        HWY_DYNAMIC_DISPATCH(scan_channel)
        (nullptr, h, states, decays, channel, 0, n.time, padded);
        std::fill_n(h, padded, real(0));
        std::copy_n(dlast + row * n.states, n.states, h);
        std::fill_n(out.a + row * padded, padded, real(0));
        out.d[row] = 0;
        const ScanGradients own{out.u == nullptr ? nullptr : out.u + row * n.time,
                                out.delta == nullptr ? nullptr : out.delta + row * n.time,
                                out.a + row * padded,
                                out.b + task * wide,
                                out.c + task * wide,
                                out.d + row};
        HWY_DYNAMIC_DISPATCH(scan_channel_backward)
        (own, h, dy + row * n.time, states, decays, channel, skip_of(channel), n.time, padded);
      }
    }
  });
}

}  // namespace dlt::kernels
#endif
