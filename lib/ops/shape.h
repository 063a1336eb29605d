#pragma once

#include <cstdint>
#include <vector>

#include "ops/reduce.h"
#include "tensor/tensor.h"

// What moves elements without computing with them. Axes may be counted from the end.
namespace dlt::ops {

Tensor reshape(const Tensor& x, Shape shape);  // one axis may be -1; shares the array
Tensor permute(const Tensor& x, const Dims& dims);
Tensor expand(const Tensor& x, const Shape& shape);  // repeats axes of size 1, as broadcasting does
// Elements start, start + step, ... before stop of one axis, as Python slices: negative positions
// count from the end, positions outside are cut off. step >= 1.
Tensor slice(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t stop,
             std::int64_t step = 1);
Tensor cat(const std::vector<Tensor>& parts, std::int64_t dim);
Tensor stack(const std::vector<Tensor>& parts, std::int64_t dim);  // along a new axis
Tensor flip(const Tensor& x, const Dims& dims);
Tensor roll(const Tensor& x, std::int64_t shift, std::int64_t dim);
enum class Pad : std::uint8_t { constant, reflect, replicate };
// `amounts` as PyTorch's pad: before and after for the last axis, then the one before it, ...;
// negative amounts crop (constant only).
Tensor pad(const Tensor& x, const Dims& amounts, Pad mode = Pad::constant, double value = 0);
Tensor tril(const Tensor& x, std::int64_t diagonal = 0);  // of the last two axes
Tensor triu(const Tensor& x, std::int64_t diagonal = 0);

// ---- by index: out-of-range indices are errors ----
Tensor gather(const Tensor& x, std::int64_t dim, const Indices& index);
Tensor index_select(const Tensor& x, std::int64_t dim, const Indices& index);
// x with src added at index along dim.
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Indices& index, const Tensor& src);
constexpr std::int64_t no_padding = -1;
// table [rows, width] looked up by ids, any shape: the result is [ids..., width]. The row
// `padding` receives no gradient.
Tensor embedding(const Tensor& table, const Indices& ids, std::int64_t padding = no_padding);
// Bag b: the rows of table [rows, width] that ids[first[b]] .. ids[first[b + 1] - 1] name (the last
// bag: up to the end), added up or averaged; zeros for an empty bag. ids [n]; first [bags] begins
// with 0 and does not fall. The result is [bags, width]: torch's embedding_bag.
enum class Bag : std::uint8_t { mean, sum };
Tensor embedding_bag(const Tensor& table, const Indices& ids, const Indices& first,
                     Bag mode = Bag::mean);
Indices one_hot(const Indices& index, std::int64_t classes);  // [index..., classes] of 0 and 1
// x [batch, time, width] plus row `start + t` of table [positions, width] at time t.
Tensor add_positions(const Tensor& x, const Tensor& table, std::int64_t start = 0);

}  // namespace dlt::ops
