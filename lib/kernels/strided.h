#pragma once

#include <span>

#include "kernels/gemm.h"

namespace dlt::kernels {

// One loop of a copy: `size` steps of `to` elements there and `from` elements here.
struct Loop {
  Size size, to, from;
};

// to[sum i_l to_l] (=|+=) from[sum i_l from_l] for all counts of the loops, the outermost first.
// Steps may be negative. A loop that stays in place there (to = 0) adds up, and needs `accumulate`;
// otherwise no place may be met twice.
void copy_strided(real* to, const real* from, std::span<const Loop> loops,
                  bool accumulate) noexcept;

// Matrices [count, rows, cols]: y (=|+=) x where first <= column - row <= last; where not, y = 0
// unless it accumulates.
struct Band {
  Size count, rows, cols, first, last;
};
void copy_band(real* y, const real* x, const Band& b, bool accumulate) noexcept;

}  // namespace dlt::kernels
