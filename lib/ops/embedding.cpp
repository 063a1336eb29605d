#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "kernels/take.h"
#include "ops/axes.h"
#include "ops/shape.h"

namespace dlt::ops {

Tensor embedding(const Tensor& table, const Indices& ids, std::int64_t padding) {
  require(table.shape().rank() == 2, "embedding: the table must be [rows, width], not {}",
          table.shape());
  const auto rows = table.dim(0), width = table.dim(1);
  require(padding >= no_padding && padding < rows,
          "embedding: padding {} is outside a table of {} rows", padding, rows);
  for (std::int32_t id : ids.values())
    require(id >= 0 && id < rows, "embedding: id {} is outside a table of {} rows", id, rows);
  std::vector<std::int64_t> dims = ids.shape().dims();
  dims.push_back(width);
  Tensor y = Tensor::uninitialized(result_shape("embedding", std::move(dims)));
  const kernels::Take t{1, rows, ids.size(), width};
  kernels::take(y.mutable_data(), table.data(), ids.data(), t);
  return autograd::record(
      "embedding", y, {table}, [ids, t, padding](const Tensor& dy, autograd::InputGrads& dx) {
        std::vector<std::int32_t> learning = ids.values();
        if (padding != no_padding)
          std::ranges::replace(learning, static_cast<std::int32_t>(padding), -1);
        kernels::take_backward(dx[0], dy.data(), learning.data(), t);
      });
}

Tensor add_positions(const Tensor& x, const Tensor& table, std::int64_t start) {
  require(x.shape().rank() == 3 && table.shape().rank() == 2 && x.dim(2) == table.dim(1) &&
              start >= 0 && start <= table.dim(0) && x.dim(1) <= table.dim(0) - start,
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
