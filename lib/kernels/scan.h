#pragma once

#include "base/real.h"
#include "kernels/reduce.h"

// Along the middle axis of x [outer, n, inner], carried in double.
namespace dlt::kernels {

enum class Toward : bool { end, begin };
// y[k] (+)= the sum of x[i] for i <= k; toward the begin: for i >= k.
void cumsum(real* y, const real* x, Toward toward, bool accumulate, const Middle& m) noexcept;
void cumprod(real* y, const real* x, const Middle& m) noexcept;

// Of y = cumprod(x): dx[k] += sum_{j >= k} dy[j] prod_{i <= j, i != k} x[i]. It is the product
// before k times s[k] = dy[k] + x[k + 1] s[k + 1]: no division, so zeros need no care.
void cumprod_backward(real* dx, const real* dy, const real* x, const Middle& m) noexcept;
// Of y [outer, inner] = the product: dx[k] += dy prod_{i != k} x[i].
void prod_backward(real* dx, const real* dy, const real* x, const Middle& m) noexcept;

}  // namespace dlt::kernels
