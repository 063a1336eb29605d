#pragma once

#include <vector>

#include "kernels/adamw.h"

namespace dlt::test {

// kernels::adamw element by element in double: the oracle of the fused kernel.
void naive_adamw(std::vector<double>& w, std::vector<double>& m, std::vector<double>& v,
                 const std::vector<double>& grad, const kernels::AdamWStep& step);

}  // namespace dlt::test
