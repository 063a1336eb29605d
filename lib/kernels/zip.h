#pragma once

#include <array>
#include <vector>

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// How up to three operands lie under a dense array of `sizes`, outermost first (at least one axis):
// steps[k][axis] is how far operand k moves along an axis, 0 where it is repeated. Along the last
// axis every step is 0 or 1.
struct Grid {
  std::vector<Size> sizes;
  std::array<std::vector<Size>, 3> steps;
};

enum class Zip : std::uint8_t {
  add,
  sub,
  mul,
  div,
  maximum,
  minimum,
  equal,           // 1 or 0
  exp_difference,  // e^(a - b)
  keep,            // b where a is not 0, else 0
  drop,            // b where a is 0, else 0
};
// y (+)= f(a, b)
void zip(real* y, const real* a, const real* b, Zip kind, bool accumulate, const Grid& g) noexcept;

enum class Zip3 : std::uint8_t {
  choose,            // b where a is not 0, else c
  div_left,          // of a = dy and operands b, c: dy / c
  div_right,         // -dy b / c^2
  larger_left,       // dy where b > c, dy / 2 where b = c, else 0
  smaller_left,      // dy where b < c, dy / 2 where b = c, else 0
  softmax_pull,      // of a = y, b = dy, c = sum y dy: y (dy - c)
  log_softmax_pull,  // of a = y, b = dy, c = sum dy: dy - e^y c
};
// y (+)= f(a, b, c)
void zip(real* y, const real* a, const real* b, const real* c, Zip3 kind, bool accumulate,
         const Grid& g) noexcept;

}  // namespace dlt::kernels
