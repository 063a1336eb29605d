#pragma once

#include "kernels/gemm.h"

namespace dlt::kernels {

// x [outer, in, inner], y [outer, out, inner]: y[o, j] = x[o, index[j]].
struct Take {
  Size outer, in, out, inner;
};
void take(real* y, const real* x, const std::int32_t* index, const Take& t) noexcept;
// dx[o, index[j]] += dy[o, j] in the order of j; a negative index adds nothing.
void take_backward(real* dx, const real* dy, const std::int32_t* index, const Take& t) noexcept;

// y[i] = x[at[i]].
void gather(real* y, const real* x, const Size* at, Size n) noexcept;
// y[at[i]] += x[i] in the order of i. Of `groups` equal parts of x no two may add to one place.
void scatter_add(real* y, const real* x, const Size* at, Size groups, Size n) noexcept;

}  // namespace dlt::kernels
