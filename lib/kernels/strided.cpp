#include "kernels/strided.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/parallel.h"
#include "kernels/pointwise.h"

namespace dlt::kernels {
namespace {

constexpr Size tile = 64;   // rows and columns of a transposition that stay in the cache
constexpr Size strip = 16;  // places read in turn: more might fall on the same cache lines

// Without loops of one step, neighbours made one where both sides allow it.
std::vector<Loop> joined(std::span<const Loop> loops) {
  std::vector<Loop> all;
  for (const Loop& l : loops) {
    if (l.size == 1) continue;
    if (!all.empty() && all.back().to == l.size * l.to && all.back().from == l.size * l.from) {
      all.back() = {all.back().size * l.size, l.to, l.from};
    } else {
      all.push_back(l);
    }
  }
  return all;
}

// Takes the loop with the smallest step by `key` that `fits` out of `loops`; none: one of one step.
template <class Key, class Fits>
Loop take_smallest(std::vector<Loop>& loops, Key key, Fits fits) {
  auto best = loops.end();
  for (auto l = loops.begin(); l != loops.end(); ++l) {
    if (fits(*l) && (best == loops.end() || std::abs((*l).*key) <= std::abs((*best).*key)))
      best = l;
  }
  if (best == loops.end()) return {1, 1, 1};
  const Loop found = *best;
  loops.erase(best);
  return found;
}

Size product(const std::vector<Loop>& loops) {
  Size n = 1;
  for (const Loop& l : loops) n *= l.size;
  return n;
}

struct Places {
  real* to;
  const real* from;
};

Places advanced(Places p, const std::vector<Loop>& loops, Size index) {
  for (std::size_t i = loops.size(); i-- > 0; index /= loops[i].size) {
    p.to += index % loops[i].size * loops[i].to;
    p.from += index % loops[i].size * loops[i].from;
  }
  return p;
}

void copy_row(Places p, const Loop& w, bool accumulate) {
  if (w.to == 1 && w.from == 1) {
    accumulate ? add(p.to, p.to, p.from, w.size) : void(std::copy_n(p.from, w.size, p.to));
  } else if (w.to == 1 && w.from == 0 && !accumulate) {
    std::fill_n(p.to, w.size, *p.from);
  } else if (accumulate) {
    for (Size i = 0; i < w.size; ++i) p.to[i * w.to] += p.from[i * w.from];
  } else {
    for (Size i = 0; i < w.size; ++i) p.to[i * w.to] = p.from[i * w.from];
  }
}

// Sums as long as a row go in partial sums, which are more exact than one.
real row_sum(const real* x, Size n, Size step) {
  real total = 0;
  for (Size begin = 0; begin < n; begin += tile) {
    real part = 0;
    for (Size i = begin; i < std::min(begin + tile, n); ++i) part += x[i * step];
    total += part;
  }
  return total;
}

void copy_block(Places p, const Loop& r, const Loop& w, bool accumulate) {
  if (r.to == 0 && r.size > 1) {
    if (w.from == 1 && w.size >= strip) {  // whole rows are added up
      for (Size j = 0; j < r.size; ++j) copy_row({p.to, p.from + j * r.from}, w, true);
    } else {
      for (Size i = 0; i < w.size; ++i)
        p.to[i * w.to] += row_sum(p.from + i * w.from, r.size, r.from);
    }
    return;
  }
  const Size step = w.from == 1 ? w.size : strip;
  for (Size i = 0; i < w.size; i += step) {
    const Loop part{std::min(step, w.size - i), w.to, w.from};
    for (Size j = 0; j < r.size; ++j) {
      copy_row({p.to + i * w.to + j * r.to, p.from + i * w.from + j * r.from}, part, accumulate);
    }
  }
}

// The loops of one copy: `w` writes neighbours, `r` reads neighbours if it can.
struct Plan {
  Loop w, r;
  std::vector<Loop> kept, summed;  // around them: those that move there, those that add up
  Size width, height;              // of a block of r and w

  explicit Plan(std::vector<Loop> all) {
    w = take_smallest(all, &Loop::to, [](const Loop& l) { return l.to != 0; });
    r = take_smallest(all, &Loop::from, [](const Loop&) { return true; });
    for (const Loop& l : all) (l.to == 0 ? summed : kept).push_back(l);
    const bool transposes = std::abs(r.from) < std::abs(w.from);
    width = std::min(w.size, transposes ? tile : worth_a_thread);
    height = r.to == 0 ? r.size : std::min(r.size, std::max(tile, worth_a_thread / width));
  }
  Size columns() const { return (w.size + width - 1) / width; }
  Size rows() const { return (r.size + height - 1) / height; }

  void run(Places start, Size item, bool accumulate) const {
    const Size i = item % columns() * width, j = item / columns() % rows() * height;
    const Places p = advanced(start, kept, item / columns() / rows());
    const Loop row{std::min(height, r.size - j), r.to, r.from};
    const Loop column{std::min(width, w.size - i), w.to, w.from};
    for (Size s = 0; s < product(summed); ++s) {
      const Places at = advanced(p, summed, s);
      copy_block({at.to + i * w.to + j * r.to, at.from + i * w.from + j * r.from}, row, column,
                 accumulate);
    }
  }
};

}  // namespace

void copy_strided(real* to, const real* from, std::span<const Loop> loops,
                  bool accumulate) noexcept {
  if (std::ranges::any_of(loops, [](const Loop& l) { return l.size <= 0; })) return;
  const Plan plan(joined(loops));
  const Size block = plan.width * plan.height * product(plan.summed);
  parallel_each(plan.columns() * plan.rows() * product(plan.kept), block, [&](Size i) {
    plan.run({to, from}, i, accumulate);
  });
}

void copy_band(real* y, const real* x, const Band& b, bool accumulate) noexcept {
  parallel_each(b.count * b.rows, b.cols, [=](Size r) {
    const Size row = r % b.rows;
    const Size first = std::clamp<Size>(row + b.first, 0, b.cols);
    const Size last = std::clamp<Size>(row + b.last + 1, first, b.cols);
    real* out = y + r * b.cols;
    const real* in = x + r * b.cols;
    if (!accumulate) {
      std::fill_n(out, first, real(0));
      std::copy(in + first, in + last, out + first);
      std::fill(out + last, out + b.cols, real(0));
    } else {
      for (Size c = first; c < last; ++c) out[c] += in[c];
    }
  });
}

}  // namespace dlt::kernels
