#pragma once

#include <cstdint>

#include "base/real.h"
#include "kernels/reduce.h"

// Along the middle axis of x [outer, n, inner]; NaN is larger than everything, and of equals the
// first comes first.
namespace dlt::kernels {

void argmax(std::int32_t* index, const real* x, const Middle& m) noexcept;  // [outer, inner], n > 0

enum class Order : bool { ascending, descending };
// The first k of the sorted elements and where they were, each [outer, k, inner].
void rank(real* values, std::int32_t* index, const real* x, Size k, Order order,
          const Middle& m) noexcept;
// dx[index] += dvalues
void rank_backward(real* dx, const real* dvalues, const std::int32_t* index, Size k,
                   const Middle& m) noexcept;

}  // namespace dlt::kernels
