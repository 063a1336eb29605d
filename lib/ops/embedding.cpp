#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/bag.h"
#include "kernels/pointwise.h"
#include "kernels/take.h"
#include "ops/axes.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

void check_ids(const char* op, const Indices& ids, std::int64_t rows) {
  for (std::int32_t id : ids.values())
    require(id >= 0 && id < rows, "{}: id {} is outside a table of {} rows", op, id, rows);
}

}  // namespace

Tensor embedding(const Tensor& table, const Indices& ids, std::int64_t padding) {
  require(table.shape().rank() == 2, "embedding: the table must be [rows, width], not {}",
          table.shape());
  const auto rows = table.dim(0), width = table.dim(1);
  require(padding >= no_padding && padding < rows,
          "embedding: padding {} is outside a table of {} rows", padding, rows);
  check_ids("embedding", ids, rows);
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

Tensor embedding_bag(const Tensor& table, const Indices& ids, const Indices& first, Bag mode) {
  require(table.shape().rank() == 2 && ids.shape().rank() == 1 && first.shape().rank() == 1,
          "embedding_bag: table {}, ids {} and first {} must be [rows, width], [n] and [bags]",
          table.shape(), ids.shape(), first.shape());
  const kernels::Bags s{table.dim(0), table.dim(1), first.size(), ids.size()};
  check_ids("embedding_bag", ids, s.rows);
  const auto& at = first.values();
  require(!at.empty() ? at.front() == 0 && at.back() <= s.ids && std::ranges::is_sorted(at)
                      : s.ids == 0,
          "embedding_bag: first must begin with 0, not fall and not pass the {} ids", s.ids);
  Tensor y = Tensor::uninitialized(result_shape("embedding_bag", {s.bags, s.width}));
  const bool mean = mode == Bag::mean;
  kernels::bag_forward(y.mutable_data(), table.data(), ids.data(), first.data(), s, mean);
  return autograd::record("embedding_bag", y, {table},
                          [ids, first, s, mean](const Tensor& dy, autograd::InputGrads& dx) {
                            kernels::bag_backward(dx[0], dy.data(), ids.data(), first.data(), s,
                                                  mean);
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
