#include <fmt/format.h>
#include <memory>

#include "autograd/autograd.h"
#include "bench.h"
#include "kernels/conv.h"
#include "ops/conv.h"

namespace dlt::bench {
namespace {

struct Layer {
  const char* name;
  std::int64_t in, out, kernel, side, groups;
};

struct Tensors {
  Tensor x, w, b, dy;
  ops::Conv conv;
};

Tensor numbers(Shape shape) {
  Tensor t = Tensor::uninitialized(std::move(shape));
  std::uint64_t seed = 1;
  for (std::int64_t i = 0; i < t.size(); ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    t.mutable_data()[i] = static_cast<real>(static_cast<double>(seed >> 40) / (1 << 23) - 1);
  }
  return t;
}

void both(Tensors& t) {
  for (Tensor* p : {&t.x, &t.w, &t.b}) p->zero_grad();
  autograd::backward(ops::conv2d(t.x, t.w, t.b, t.conv), t.dy);
}

void add_rows(std::vector<Row>& rows, const Layer& l, std::int64_t batch) {
  auto t = std::make_shared<Tensors>();
  t->x = numbers({batch, l.in, l.side, l.side}).set_needs_grad();
  t->w = numbers({l.out, l.in / l.groups, l.kernel, l.kernel}).set_needs_grad();
  t->b = numbers({l.out}).set_needs_grad();
  t->dy = numbers({batch, l.out, l.side, l.side});
  t->conv = {.padding = {l.kernel / 2, l.kernel / 2}, .groups = l.groups};
  const std::string shape =
      fmt::format("batch {}, {} -> {}, {} x {}", batch, l.in, l.out, l.side, l.side);
  rows.push_back({l.name, shape, "forward", [t] {
                    const autograd::NoGrad off;
                    ops::conv2d(t->x, t->w, t->b, t->conv);
                  }});
  // Backward alone: the kernels that the op's way back calls.
  const kernels::ConvAxis axis{l.side, l.kernel, l.side, 1, l.kernel / 2, 1};
  const kernels::ConvSize n{batch, l.in, l.out, l.groups, axis, axis};
  rows.push_back(
      {l.name, shape, "backward", [t, n] {
         Tensor dx = Tensor::uninitialized(t->x.shape());
         Tensor dw = Tensor::uninitialized(t->w.shape());
         Tensor db = Tensor::zeros(t->b.shape());
         kernels::conv_backward_input(dx.mutable_data(), t->dy.data(), t->w.data(), false, n);
         kernels::conv_backward_weight(dw.mutable_data(), t->dy.data(), t->x.data(), false, n);
         kernels::add_channels(db.mutable_data(), t->dy.data(), n.batch, n.out,
                               n.rows.out * n.cols.out);
       }});
  rows.push_back({l.name, shape, "both", [t] { both(*t); }});
}

}  // namespace

// The layers of ShuffleNet and ResNet that scripts/compare/conv.sh times in PyTorch too.
std::vector<Row> conv_rows() {
  std::vector<Row> rows;
  for (const Layer& l :
       {Layer{"1x1", 116, 116, 1, 28, 1}, Layer{"depthwise 3x3", 120, 120, 3, 20, 120},
        Layer{"depthwise 5x5", 120, 120, 5, 20, 120}, Layer{"3x3", 64, 64, 3, 56, 1}})
    for (const std::int64_t batch : {1, 16}) add_rows(rows, l, batch);
  return rows;
}

}  // namespace dlt::bench
