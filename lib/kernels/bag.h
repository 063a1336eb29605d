#pragma once

#include "kernels/gemm.h"

namespace dlt::kernels {

// Bag b holds the ids first[b] .. first[b + 1] - 1 (the last one: up to `ids`) of a table
// [rows, width].
struct Bags {
  Size rows, width, bags, ids;
};
// y[b] = sum of its rows of the table, divided by how many they are with `mean`; zeros for none.
void bag_forward(real* y, const real* table, const std::int32_t* id, const std::int32_t* first,
                 const Bags& s, bool mean) noexcept;
// dtable[id] += dy[b] (/ count), in the order of the ids for any number of threads.
void bag_backward(real* dtable, const real* dy, const std::int32_t* id, const std::int32_t* first,
                  const Bags& s, bool mean) noexcept;

}  // namespace dlt::kernels
