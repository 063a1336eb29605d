#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/selective_scan.cpp"
#include "kernels/selective_scan.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/scan_strip-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

// `in` is at the first step and channel of the strip, as is y, last at its first channel.
void scan_strip(real* y, real* last, real* kept, const ScanInputs& in, const ScanSize& n,
                Size count) {
  const Wide d;
  const Size lanes = vector_lanes(), size = n.states * lanes;
  real *a = workspace(Slot::weights, 2 * size), *h = a + size;
  to_lanes(a, in.a, count, n.states);
  to_lanes(h, in.start, count, n.states);
  const Vector skip = skip_of(in, count);
  constexpr Size ahead = 8;
  for (Size t = 0; t < n.time; ++t) {
    fetch(in, n, y, std::min(t + ahead, n.time - 1));
    if (kept != nullptr && t % n.chunk() == 0) kept = std::copy_n(h, size, kept);
    const Arrival x = arrival(in, n, t, count);
    const Vector drive = hn::Mul(x.step, x.u);
    const real *b = in.b.data + t * in.b.step, *c = in.c.data + t * in.c.step;
    Vector sum = hn::Mul(skip, x.u);
    for (Size s = 0; s < n.states; ++s) {
      const Vector decay = Exp(d, hn::Mul(x.step, at(d, a, s * lanes)));
      const Vector come = hn::Mul(drive, hn::Set(d, b[s]));
      const Vector now = hn::MulAdd(decay, at(d, h, s * lanes), come);
      put(d, h, s * lanes, now);
      sum = hn::MulAdd(now, hn::Set(d, c[s]), sum);
    }
    if (in.gate.data != nullptr) {
      sum = hn::Mul(sum, Silu(d, load(in.gate.data + t * in.gate.step, count)));
    }
    store(y + t * n.channels, sum, count);
  }
  from_lanes(last, h, count, n.states);
}

// Of one chunk of a strip; the first axis is its steps, h has one more. db and dc add up over the
// strips of a group.
struct ChunkSpace {
  real *h, *decay, *db, *dc;  // [steps, states, lanes]
  real *step, *up;            // [steps, lanes]: delta, and the gradient of y before its gate
};

// The states of a chunk once more, from s.h on; dC and the gate's gradient. `earlier`: steps back
// to the chunk that is next.
void repeat_chunk(const ChunkSpace& s, const real* a, const Spaced<real>& dgate, const real* dy,
                  const ScanInputs& in, const ScanSize& n, Size steps, Size earlier, Size count) {
  const Wide d;
  const Size lanes = vector_lanes(), size = n.states * lanes;
  const Vector skip = skip_of(in, count);
  for (Size t = 0; t < steps; ++t) {
    fetch(in, n, dy, t - earlier);
    const Arrival x = arrival(in, n, t, count);
    const Vector drive = hn::Mul(x.step, x.u), dout = load(dy + t * n.channels, count);
    const bool gated = in.gate.data != nullptr;
    const Vector z = gated ? load(in.gate.data + t * in.gate.step, count) : hn::Zero(d);
    const Vector up = gated ? hn::Mul(dout, Silu(d, z)) : dout;
    const real *b = in.b.data + t * in.b.step, *c = in.c.data + t * in.c.step;
    const real* before = s.h + t * size;
    real *now = s.h + (t + 1) * size, *decays = s.decay + t * size, *dc = s.dc + t * size;
    Vector sum = hn::Mul(skip, x.u);
    for (Size i = 0, j = 0; i < n.states; ++i, j += lanes) {
      const Vector decay = Exp(d, hn::Mul(x.step, at(d, a, j)));
      const Vector h = hn::MulAdd(decay, at(d, before, j), hn::Mul(drive, hn::Set(d, b[i])));
      put(d, decays, j, decay);
      put(d, now, j, h);
      sum = hn::MulAdd(h, hn::Set(d, c[i]), sum);
      put(d, dc, j, hn::MulAdd(up, h, at(d, dc, j)));
    }
    if (dgate.data != nullptr) {
      real* out = dgate.data + t * dgate.step;
      const Vector slope = hn::Mul(hn::Mul(dout, sum), SiluSlope(d, z));
      store(out, hn::Add(load(out, count), slope), count);
    }
    put(d, s.step, t * lanes, x.step);
    put(d, s.up, t * lanes, up);
  }
}

// Of a strip, from chunk to chunk: A, the gradients of h and A, [states, lanes], and D's [lanes].
struct StripSpace {
  real *a, *dh, *da, *dd;
};

HWY_INLINE void put_gradient(const ScanGradients::Whole& out, Size place, Vector v, Size count) {
  if (out.data == nullptr) return;
  real* to = out.data + place;
  store(to, out.accumulate ? hn::Add(load(to, count), v) : v, count);
}

// Back through a chunk that repeat_chunk went through. The gradients are at its first step.
void walk_back(const ScanGradients& out, const StripSpace& strip, const ChunkSpace& s,
               const ScanInputs& in, const ScanSize& n, Size steps, Size count) {
  const Wide d;
  const Size lanes = vector_lanes(), size = n.states * lanes;
  const Vector skip = skip_of(in, count);
  Vector dd = at(d, strip.dd, 0);
  for (Size t = steps; t-- > 0;) {
    const Size row = t * n.channels;
    const Vector u = load(in.u + row, count), up = at(d, s.up, t * lanes);
    const Vector step = at(d, s.step, t * lanes), drive = hn::Mul(step, u);
    const real *b = in.b.data + t * in.b.step, *c = in.c.data + t * in.c.step;
    const real *before = s.h + t * size, *decays = s.decay + t * size;
    real* db = s.db + t * size;
    Vector by_drive = hn::Zero(d), by_decay = hn::Zero(d);
    for (Size i = 0, j = 0; i < n.states; ++i, j += lanes) {
      const Vector g = hn::MulAdd(up, hn::Set(d, c[i]), at(d, strip.dh, j));
      put(d, db, j, hn::MulAdd(g, drive, at(d, db, j)));
      by_drive = hn::MulAdd(g, hn::Set(d, b[i]), by_drive);
      const Vector passed = hn::Mul(g, at(d, decays, j));
      const Vector turned = hn::Mul(passed, at(d, before, j));
      by_decay = hn::MulAdd(turned, at(d, strip.a, j), by_decay);
      put(d, strip.da, j, hn::MulAdd(turned, step, at(d, strip.da, j)));
      put(d, strip.dh, j, passed);
    }
    put_gradient(out.u, row, hn::MulAdd(by_drive, step, hn::Mul(up, skip)), count);
    const Vector dstep = hn::MulAdd(by_drive, u, by_decay);
    const Vector slope = n.softplus ? Sigmoid(d, load(in.delta + row, count)) : hn::Set(d, real(1));
    put_gradient(out.delta, row, hn::Mul(dstep, slope), count);
    dd = hn::MulAdd(up, u, dd);
  }
  put(d, strip.dd, 0, dd);
}

// sums [rows]: of each row of x [rows, lanes].
void sum_lanes(real* sums, const real* x, Size rows) {
  const Wide d;
  const Size lanes = vector_lanes();
  for (Size i = 0; i < rows; ++i) {
    sums[i] = hn::GetLane(hn::SumOfLanes(d, at(d, x, i * lanes)));
  }
}

void forward(real* y, real* last, real* kept, const ScanInputs& in, const ScanSize& n) {
  const Size lanes = vector_lanes(), of_strip = n.chunks() * n.states * lanes;
  parallel_for(n.batch * strips(n), 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size b = task / strips(n), c = task % strips(n) * lanes;
      scan_strip(y + b * n.time * n.channels + c, last + (b * n.channels + c) * n.states,
                 kept == nullptr ? nullptr : kept + task * of_strip, inputs_from(in, n, b, 0, c), n,
                 std::min(lanes, n.channels - c));
    }
  });
}

// The way back of the channels [first, end) of sequence b.
struct Group {
  const ScanGradients& out;
  const real *dy, *dlast, *kept;
  const ScanInputs& in;
  const ScanSize& n;
  Size b, first, end;

  // f(first channel, channels, its space)
  template <class F>
  void each_strip(real* space, const F& f) const {
    const Size lanes = vector_lanes(), size = n.states * lanes;
    for (Size c = first; c < end; c += lanes, space += 3 * size + lanes) {
      f(c, std::min(lanes, end - c),
        StripSpace{space, space + size, space + 2 * size, space + 3 * size});
    }
  }
  Size channel(Size c) const { return b * n.channels + c; }
};

void begin_group(const Group& g, real* space) {
  const Size states = g.n.states, lanes = vector_lanes();
  g.each_strip(space, [&](Size c, Size count, const StripSpace& strip) {
    to_lanes(strip.a, g.in.a + c * states, count, states);
    to_lanes(strip.dh, g.dlast + g.channel(c) * states, count, states);
    std::fill_n(strip.da, (states + 1) * lanes, real(0));  // and dd
  });
}

void end_group(const Group& g, real* space) {
  const Size states = g.n.states;
  g.each_strip(space, [&](Size c, Size count, const StripSpace& strip) {
    from_lanes(g.out.a + g.channel(c) * states, strip.da, count, states);
    from_lanes(g.out.start + g.channel(c) * states, strip.dh, count, states);
    std::copy_n(strip.dd, count, g.out.d + g.channel(c));
  });
}

// Back through one chunk; db and dc [steps, states] are the group's parts of it.
void group_chunk(const Group& g, real* space, const ChunkSpace& s, Size chunk, real* db, real* dc) {
  const ScanSize& n = g.n;
  const Size t = chunk * n.chunk(), steps = std::min(n.chunk(), n.time - t);
  const Size lanes = vector_lanes(), size = n.states * lanes;
  std::fill_n(s.db, steps * size, real(0));
  std::fill_n(s.dc, steps * size, real(0));
  g.each_strip(space, [&](Size c, Size count, const StripSpace& strip) {
    const ScanInputs in = inputs_from(g.in, n, g.b, t, c);
    const ScanGradients out = gradients_from(g.out, n, g.b, t, c);
    const Size place = (g.b * strips(n) + c / lanes) * n.chunks() + chunk;
    std::copy_n(g.kept + place * size, size, s.h);
    repeat_chunk(s, strip.a, out.gate, g.dy + (g.b * n.time + t) * n.channels + c, in, n, steps,
                 std::min(t, n.chunk()), count);
    walk_back(out, strip, s, in, n, steps, count);
  });
  sum_lanes(db, s.db, steps * n.states);
  sum_lanes(dc, s.dc, steps * n.states);
}

void backward_group(const Group& g, Size task) {
  const ScanSize& n = g.n;
  const Size lanes = vector_lanes(), size = n.states * lanes, steps = n.chunk();
  real* space = workspace(Slot::weights, ScanSize::group / lanes * (3 * size + lanes));
  real* h = workspace(Slot::weight_gradients, (4 * steps + 1) * size + 2 * steps * lanes);
  real *decay = h + (steps + 1) * size, *db = decay + steps * size, *dc = db + steps * size;
  real* step = dc + steps * size;
  const ChunkSpace s{h, decay, db, dc, step, step + steps * lanes};
  begin_group(g, space);
  for (Size chunk = n.chunks(); chunk-- > 0;) {
    const Size place = (task * n.time + chunk * steps) * n.states;
    group_chunk(g, space, s, chunk, g.out.b + place, g.out.c + place);
  }
  end_group(g, space);
}

void backward(const ScanGradients& out, const real* dy, const real* dlast, const real* kept,
              const ScanInputs& in, const ScanSize& n) {
  parallel_for(n.batch * n.groups(), 1, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Size b = task / n.groups(), first = task % n.groups() * ScanSize::group;
      const Size stop = std::min(n.channels, first + ScanSize::group);
      backward_group({out, dy, dlast, kept, in, n, b, first, stop}, task);
    }
  });
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(kept_size);
HWY_EXPORT(forward);
HWY_EXPORT(backward);

Size scan_kept_size(const ScanSize& n) noexcept { return HWY_DYNAMIC_DISPATCH(kept_size)(n); }

void scan_forward(real* y, real* last, real* kept, const ScanInputs& in,
                  const ScanSize& n) noexcept {
  HWY_DYNAMIC_DISPATCH(forward)(y, last, kept, in, n);
}

void scan_backward(const ScanGradients& out, const real* dy, const real* dlast, const real* kept,
                   const ScanInputs& in, const ScanSize& n) noexcept {
  HWY_DYNAMIC_DISPATCH(backward)(out, dy, dlast, kept, in, n);
}

void scan_add_parts(const Spaced<real>& rows, const real* parts, const ScanSize& n) noexcept {
  parallel_each(n.batch * n.time, n.groups() * n.states, [&](Size row) {
    real* to = rows.data + row * rows.step;
    const real* from = parts + (row / n.time * n.groups() * n.time + row % n.time) * n.states;
    for (Size g = 0; g < n.groups(); ++g, from += n.time * n.states) {
      for (Size s = 0; s < n.states; ++s) to[s] += from[s];
    }
  });
}

}  // namespace dlt::kernels
#endif
