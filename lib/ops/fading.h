#pragma once

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "tensor/tensor.h"

namespace dlt::ops {

// An Error unless every real part of A [channels, states] is below 0: states would grow.
inline void require_fading(std::string_view op, const Tensor& a_re) {
  const auto values = a_re.values();
  const auto grows = std::ranges::find_if(values, [](real a) { return !(a < 0); });
  if (grows == values.end()) return;
  fail(Exit::failed, "{}: Re(A) must be below 0 for the state to fade, but it is {} in channel {}",
       op, *grows, (grows - values.begin()) / a_re.dim(1));
}

}  // namespace dlt::ops
