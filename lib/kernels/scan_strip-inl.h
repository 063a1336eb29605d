// A strip is as many channels of one sequence as a vector has lanes, the last one maybe fewer: then
// the lanes behind them are 0. Its states are [states, lanes]. Included by the scan once per
// instruction set.
#include "kernels/rows-inl.h"
#include "kernels/selective_scan.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_functions-inl.h"

#if defined(DLT_KERNELS_SCAN_STRIP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_SCAN_STRIP_INL_H
#undef DLT_KERNELS_SCAN_STRIP_INL_H
#else
#define DLT_KERNELS_SCAN_STRIP_INL_H
#endif

#include <algorithm>
#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

using Vector = hn::Vec<Wide>;

Size vector_lanes() { return static_cast<Size>(hn::Lanes(Wide())); }

HWY_INLINE Vector load(const real* x, Size count) {
  const Wide d;
  if (count == static_cast<Size>(hn::Lanes(d))) return hn::LoadU(d, x);
  HWY_ALIGN real part[hn::MaxLanes(d)] = {};
  std::copy_n(x, count, part);
  return hn::Load(d, part);
}

HWY_INLINE void store(real* y, Vector v, Size count) {
  const Wide d;
  if (count == static_cast<Size>(hn::Lanes(d))) return hn::StoreU(v, d, y);
  HWY_ALIGN real part[hn::MaxLanes(d)];
  hn::Store(v, d, part);
  std::copy_n(part, count, y);
}

// x [channels, states], or null for zeros.
void to_lanes(real* strip, const real* x, Size count, Size states) {
  const Size lanes = vector_lanes();
  std::fill_n(strip, states * lanes, real(0));
  for (Size i = 0; x != nullptr && i < count; ++i) {
    for (Size s = 0; s < states; ++s) strip[s * lanes + i] = x[i * states + s];
  }
}

void from_lanes(real* x, const real* strip, Size count, Size states) {
  const Size lanes = vector_lanes();
  for (Size i = 0; i < count; ++i) {
    for (Size s = 0; s < states; ++s) x[i * states + s] = strip[s * lanes + i];
  }
}

HWY_INLINE Vector skip_of(const ScanInputs& in, Size count) {
  return in.d == nullptr ? hn::Zero(Wide()) : load(in.d, count);
}

// What a step brings: u and delta.
struct Arrival {
  Vector u, step;
};

HWY_INLINE Arrival arrival(const ScanInputs& in, const ScanSize& n, Size t, Size count) {
  const Vector delta = load(in.delta + t * n.channels, count);
  return {load(in.u + t * n.channels, count), n.softplus ? Softplus(Wide(), delta) : delta};
}

// Strips of a row are so far from those of the next that the processor does not see them coming:
// their lines are fetched ahead. y: another array like u.
HWY_INLINE void fetch(const ScanInputs& in, const ScanSize& n, const real* y, Size t) {
  hwy::Prefetch(in.u + t * n.channels);
  hwy::Prefetch(in.delta + t * n.channels);
  hwy::Prefetch(y + t * n.channels);
  if (in.gate.data != nullptr) hwy::Prefetch(in.gate.data + t * in.gate.step);
}

const real* further(const real* x, Size by) { return x == nullptr ? nullptr : x + by; }

// The inputs from step t of sequence b on, for channels from c on.
ScanInputs inputs_from(const ScanInputs& in, const ScanSize& n, Size b, Size t, Size c) {
  const Size row = b * n.time + t, place = row * n.channels + c;
  return {in.u + place,
          in.delta + place,
          in.a + c * n.states,
          {in.b.data + row * in.b.step, in.b.step},
          {in.c.data + row * in.c.step, in.c.step},
          further(in.d, c),
          {further(in.gate.data, row * in.gate.step + c), in.gate.step},
          further(in.start, (b * n.channels + c) * n.states)};
}

ScanGradients gradients_from(const ScanGradients& out, const ScanSize& n, Size b, Size t, Size c) {
  ScanGradients here = out;
  const Size row = b * n.time + t, place = row * n.channels + c;
  if (out.u.data != nullptr) here.u.data += place;
  if (out.delta.data != nullptr) here.delta.data += place;
  if (out.gate.data != nullptr) here.gate.data += row * out.gate.step + c;
  return here;
}

Size strips(const ScanSize& n) { return (n.channels + vector_lanes() - 1) / vector_lanes(); }

Size kept_size(const ScanSize& n) {
  return n.batch * strips(n) * n.chunks() * n.states * vector_lanes();
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
