#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace dlt::embed {

// The directions in which rows differ most.
struct Principal {
  std::int64_t parts = 0;
  std::vector<double> places;     // [rows, parts]: of each row, along each direction
  std::vector<double> variances;  // [parts], falling
  double variance = 0;            // of the rows in all directions
};

// Of rows [n, dim] about their mean: eigenvectors of the covariance (divided by n) by orthogonal
// iteration with Rayleigh-Ritz steps (Golub and Van Loan 2013, 8.2), in double. parts <= dim. Each
// direction's sign makes its largest component positive. The same for any number of threads.
Principal principal(const Tensor& rows, std::int64_t parts);

}  // namespace dlt::embed
