#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "ops/ops.h"

namespace dlt::ops {

Tensor embedding(const Tensor& table, const Indices& ids, std::int64_t padding) {
  require(table.shape().rank() == 2, "embedding: the table must be [rows, width], not {}",
          table.shape());
  const auto rows = table.dim(0), width = table.dim(1);
  std::vector<std::int64_t> dims = ids.shape().dims();
  dims.push_back(width);
  Tensor y = Tensor::uninitialized(Shape(std::move(dims)));
  real* out = y.mutable_data();
  for (std::int32_t id : ids.values()) {
    require(id >= 0 && id < rows, "embedding: id {} is outside a table of {} rows", id, rows);
    out = std::copy_n(table.data() + id * width, width, out);
  }
  return autograd::record("embedding", y, {table},
                          [ids, width, padding](const Tensor& dy, autograd::InputGrads& dx) {
                            real* sums = dx[0];
                            const real* g = dy.data();
                            for (std::int32_t id : ids.values()) {
                              if (id != padding)
                                kernels::add_scaled(sums + id * width, g, 1, width);
                              g += width;
                            }
                          });
}

Tensor add_positions(const Tensor& x, const Tensor& table, std::int64_t start) {
  require(x.shape().rank() == 3 && table.shape().rank() == 2 && x.dim(2) == table.dim(1) &&
              start + x.dim(1) <= table.dim(0),
          "add_positions: input {} ([batch, time, width]) from position {} does not fit a table {}",
          x.shape(), start, table.shape());
  const auto batch = x.dim(0), plane = x.dim(1) * x.dim(2), offset = start * x.dim(2);
  Tensor y = Tensor::uninitialized(x.shape());
  for (std::int64_t b = 0; b < batch; ++b) {
    kernels::add(y.mutable_data() + b * plane, x.data() + b * plane, table.data() + offset, plane);
  }
  return autograd::record("add_positions", y, {x, table},
                          [batch, plane, offset](const Tensor& dy, autograd::InputGrads& dx) {
                            if (dx.wants(0)) dx.share(0, dy);
                            if (dx.wants(1))
                              kernels::add_rows(dx[1] + offset, dy.data(), batch, plane);
                          });
}

}  // namespace dlt::ops
