#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/outcome.h"
#include "tensor/tensor.h"

namespace dlt::check {

constexpr double largest_error = 1e-4;  // that passes

// The error of a tensor is its largest difference, measured by the largest number expected:
// max |got - expected| / max |expected|, or max |got - expected| where all that is expected is zero
// (below 1e-12). A shape of its own or a number that is not finite is infinitely wrong.
Outcome compare(const std::string& name, const Tensor& got, const Tensor& expected,
                double tolerance = largest_error);

// Token sequences must be equal.
Outcome compare(const std::string& name, const std::vector<std::int32_t>& got,
                const std::vector<std::int32_t>& expected);

}  // namespace dlt::check
