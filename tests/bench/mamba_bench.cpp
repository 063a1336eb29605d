#include <fmt/format.h>
#include <memory>
#include <vector>

#include "base/parallel.h"
#include "bench.h"
#include "kernels/causal_conv.h"
#include "kernels/map.h"
#include "kernels/selective_scan.h"
#include "tensor/tensor.h"

namespace dlt::bench {
namespace {

Tensor numbers(Shape shape, double low, double high) {
  Tensor t = Tensor::uninitialized(std::move(shape));
  for (std::int64_t i = 0; i < t.size(); ++i) {
    t.mutable_data()[i] =
        static_cast<real>(low + (high - low) * static_cast<double>(i % 1013) / 1013);
  }
  return t;
}

// The scan of one layer with all that stands around it.
struct Layer {
  explicit Layer(const kernels::ScanSize& size) : n(size) {
    kept = Tensor::uninitialized({kernels::scan_kept_size(n)});
  }

  kernels::ScanInputs inputs() const {
    return {u.data(),
            delta.data(),
            a.data(),
            {bc.data(), 2 * n.states},
            {bc.data() + n.states, 2 * n.states},
            d.data(),
            {gate.data(), n.channels},
            nullptr};
  }
  void forward() {
    kernels::scan_forward(y.mutable_data(), last.mutable_data(), kept.mutable_data(), inputs(), n);
  }
  void backward() {
    kernels::scan_backward({{du.mutable_data(), false},
                            {ddelta.mutable_data(), false},
                            {dgate.mutable_data(), n.channels},
                            da.mutable_data(),
                            db.mutable_data(),
                            dc.mutable_data(),
                            dd.mutable_data(),
                            dstart.mutable_data()},
                           dy.data(), last.data(), kept.data(), inputs(), n);
  }
  // One exponential for each state of each step, some at a time that stay in the cache.
  void exponentials() const {
    parallel_for(n.batch * n.time, 64, [&](std::int64_t begin, std::int64_t end) {
      std::vector<real> out(static_cast<std::size_t>(n.channels));
      for (std::int64_t i = begin * n.states; i < end * n.states; ++i) {
        kernels::map_forward(out.data(), d.data(), kernels::Unary::exp, {}, n.channels);
      }
    });
  }

  kernels::ScanSize n;
  Shape rows{n.batch, n.time, n.channels}, state{n.batch, n.channels, n.states};
  Tensor u = numbers(rows, -1, 1), delta = numbers(rows, -6, -2), gate = numbers(rows, -2, 2),
         a = numbers({n.channels, n.states}, -16, -1), d = numbers({n.channels}, 0, 1),
         bc = numbers({n.batch, n.time, 2 * n.states}, -1, 1), dy = numbers(rows, -1, 1),
         y = numbers(rows, 0, 1), du = numbers(rows, 0, 1), ddelta = numbers(rows, 0, 1),
         dgate = numbers(rows, 0, 1), last = Tensor::zeros(state), da = Tensor::zeros(state),
         db = Tensor::zeros({n.batch, n.groups(), n.time, n.states}), dc = db.clone(),
         dd = Tensor::zeros({n.batch, n.channels}), dstart = Tensor::zeros(state), kept;
};

void add_scan(std::vector<Row>& rows, std::int64_t batch) {
  const auto l =
      std::make_shared<Layer>(kernels::ScanSize{batch, 1024, 512, 16, /*softplus=*/true});
  const std::string shape = fmt::format("batch {}, 1024 x 512, 16 states", batch);
  const auto array = l->u.size() * static_cast<std::int64_t>(sizeof(real));
  const auto exponentials = [l] { l->exponentials(); };
  rows.push_back(
      {"selective_scan", shape, "forward", [l] { l->forward(); }, 4 * array, exponentials});
  rows.push_back(
      {"selective_scan", shape, "backward", [l] { l->backward(); }, 7 * array, exponentials});
}

void add_conv(std::vector<Row>& rows, std::int64_t batch) {
  const kernels::CausalSize n{batch, 1024, 512, 4};
  const Shape shape{batch, n.time, n.channels};
  struct Arrays {
    Tensor x, dy, y, dx, weight, bias, dweight, dbias;
  };
  const auto t = std::make_shared<Arrays>(Arrays{
      numbers(shape, -1, 1), numbers(shape, -1, 1), numbers(shape, 0, 1), numbers(shape, 0, 1),
      numbers({n.channels, n.kernel}, -1, 1), numbers({n.channels}, -1, 1),
      Tensor::zeros({n.channels, n.kernel}), Tensor::zeros({n.channels})});
  const auto inputs = [t, n] {
    return kernels::CausalInputs{
        {t->x.data(), n.channels}, t->weight.data(), t->bias.data(), nullptr};
  };
  const std::string name = fmt::format("batch {}, 1024 x 512, kernel 4", batch);
  const auto array = t->x.size() * static_cast<std::int64_t>(sizeof(real));
  const auto exponentials = [t] {
    kernels::map_forward(t->y.mutable_data(), t->x.data(), kernels::Unary::exp, {}, t->x.size());
  };
  rows.push_back({"causal_conv", name, "forward",
                  [=] { kernels::causal_conv(t->y.mutable_data(), inputs(), n); }, 2 * array,
                  exponentials});
  rows.push_back({"causal_conv", name, "backward",
                  [=] {
                    kernels::causal_conv_backward({{t->dx.mutable_data(), n.channels},
                                                   t->dweight.mutable_data(),
                                                   t->dbias.mutable_data()},
                                                  t->dy.data(), inputs(), n);
                  },
                  4 * array, exponentials});
}

}  // namespace

std::vector<Row> mamba_rows() {
  std::vector<Row> rows;
  for (const std::int64_t batch : {1, 4}) {
    add_scan(rows, batch);
    add_conv(rows, batch);
  }
  return rows;
}

}  // namespace dlt::bench
