#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

// Over one or several axes; over all if none is named. Axes may be counted from the end (-1);
// `keep` leaves reduced axes with size 1. Where several elements are the largest, they share the
// gradient evenly.
namespace dlt::ops {

using Dims = std::vector<std::int64_t>;
enum class Keep : bool { no, yes };

Tensor sum(const Tensor& x);   // of everything, a scalar
Tensor mean(const Tensor& x);  // of everything, a scalar
Tensor sum(const Tensor& x, const Dims& dims, Keep keep = Keep::no);
Tensor mean(const Tensor& x, const Dims& dims, Keep keep = Keep::no);
Tensor amax(const Tensor& x, const Dims& dims, Keep keep = Keep::no);
Tensor amin(const Tensor& x, const Dims& dims, Keep keep = Keep::no);
Tensor logsumexp(const Tensor& x, const Dims& dims, Keep keep = Keep::no);
Tensor prod(const Tensor& x, const Dims& dims, Keep keep = Keep::no);  // zeros are handled
// sum (x - mean)^2 / (n - correction)
Tensor var(const Tensor& x, const Dims& dims, double correction = 1, Keep keep = Keep::no);
Tensor cumsum(const Tensor& x, std::int64_t dim);
Tensor cumprod(const Tensor& x, std::int64_t dim);  // zeros are handled

Indices argmax(const Tensor& x, std::int64_t dim, Keep keep = Keep::no);  // the first of equals

struct Ranked {
  Tensor values;
  Indices indices;  // along `dim`, into x
};
Ranked topk(const Tensor& x, std::int64_t k, std::int64_t dim = -1, bool largest = true);
Ranked sort(const Tensor& x, std::int64_t dim = -1, bool descending = false);  // stable

}  // namespace dlt::ops
