#include "pointwise_bench.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/core.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "kernels/channel_norm.h"
#include "kernels/machine.h"
#include "kernels/map.h"
#include "kernels/norm.h"
#include "kernels/reduce.h"
#include "kernels/softmax.h"
#include "kernels/zip.h"
#include "tensor/tensor.h"

namespace dlt::bench {
namespace {

constexpr std::int64_t bytes = std::int64_t{16} << 20, count = bytes / sizeof(real);
constexpr std::int64_t cols = 1024, rows = count / cols;

Tensor numbers(double low) {
  Tensor t = Tensor::uninitialized({count});
  for (std::int64_t i = 0; i < count; ++i) {
    t.mutable_data()[i] = static_cast<real>(low + static_cast<double>(i % 1013) / 1013);
  }
  return t;
}

// Arrays that no op shares, so that each one comes from memory.
struct Arrays {
  Tensor x = numbers(0.5), dy = numbers(-0.5), y = numbers(0), small = numbers(0.1);
};

struct Op {
  std::string name;
  int arrays;  // of 16 MB that are read or written
  std::function<void()> run;
};

double best_seconds(const std::function<void()>& f) {
  double best = 1e30;
  for (int i = 0; i < 12; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  return best;
}

void add_maps(std::vector<Op>& ops, Arrays& a) {
  using kernels::Unary;
  const std::pair<const char*, Unary> kinds[] = {{"exp", Unary::exp},
                                                 {"log", Unary::log},
                                                 {"log1p", Unary::log1p},
                                                 {"sqrt", Unary::sqrt},
                                                 {"rsqrt", Unary::rsqrt},
                                                 {"square", Unary::square},
                                                 {"reciprocal", Unary::reciprocal},
                                                 {"abs", Unary::abs},
                                                 {"sin", Unary::sin},
                                                 {"cos", Unary::cos},
                                                 {"erf", Unary::erf},
                                                 {"pow", Unary::pow},
                                                 {"scale", Unary::scale},
                                                 {"relu", Unary::relu},
                                                 {"relu6", Unary::relu6},
                                                 {"leaky_relu", Unary::leaky_relu},
                                                 {"hardswish", Unary::hardswish},
                                                 {"hardsigmoid", Unary::hardsigmoid},
                                                 {"clamp", Unary::clamp},
                                                 {"tanh", Unary::tanh},
                                                 {"sigmoid", Unary::sigmoid},
                                                 {"silu", Unary::silu},
                                                 {"softplus", Unary::softplus},
                                                 {"softsign", Unary::softsign},
                                                 {"elu", Unary::elu},
                                                 {"selu", Unary::selu},
                                                 {"mish", Unary::mish},
                                                 {"gelu", Unary::gelu_erf},
                                                 {"gelu_tanh", Unary::gelu_tanh}};
  for (const auto& [name, kind] : kinds) {
    const kernels::Parameters p{.a = kind == Unary::pow ? 3.0 : 0.5, .b = 1};
    ops.push_back({name, 2, [=, &a] {
                     kernels::map_forward(a.y.mutable_data(), a.x.data(), kind, p, count);
                   }});
    ops.push_back({std::string(name) + " backward", 3, [=, &a] {
                     kernels::map_backward(a.y.mutable_data(), a.dy.data(), a.x.data(), kind, p,
                                           false, count);
                   }});
  }
}

void add_zips(std::vector<Op>& ops, Arrays& a) {
  using kernels::Zip;
  const kernels::Grid same{{count}, {{{1}, {1}, {}}}};
  const kernels::Grid row{{rows, cols}, {{{cols, 1}, {0, 1}, {}}}};
  const kernels::Grid column{{rows, cols}, {{{cols, 1}, {1, 0}, {}}}};
  for (const auto& [name, kind] :
       {std::pair{"add", Zip::add}, std::pair{"mul", Zip::mul}, std::pair{"div", Zip::div},
        std::pair{"maximum", Zip::maximum}}) {
    const auto with = [&a, kind = kind](const kernels::Grid& g) {
      return [&a, kind, g] {
        kernels::zip(a.y.mutable_data(), a.x.data(), a.small.data(), kind, false, g);
      };
    };
    ops.push_back({name, 3, with(same)});
    ops.push_back({std::string(name) + " row", 2, with(row)});
    ops.push_back({std::string(name) + " column", 2, with(column)});
  }
}

void add_norms(std::vector<Op>& ops, Arrays& a, Tensor& small) {
  real* out = small.mutable_data();
  const auto size = [](kernels::Center c) { return kernels::NormSize{rows, cols, real(1e-5), c}; };
  for (const auto& [name, center] : {std::pair{"layer_norm", kernels::Center::yes},
                                     std::pair{"rms_norm", kernels::Center::no}}) {
    ops.push_back({name, 2, [=, &a, n = size(center)] {
                     kernels::norm_forward(a.y.mutable_data(), out, a.x.data(), a.small.data(),
                                           nullptr, n);
                   }});
    ops.push_back({std::string(name) + " backward", 3, [=, &a, n = size(center)] {
                     real* sums = out + 2 * rows;
                     kernels::norm_backward(
                         {a.y.mutable_data(), false, sums, sums + cols, sums + 2 * cols},
                         a.dy.data(), a.x.data(), a.small.data(), out, n);
                   }});
  }
  ops.push_back({"softmax", 2,
                 [&a] { kernels::softmax_forward(a.y.mutable_data(), a.x.data(), rows, cols); }});
  ops.push_back({"softmax backward", 3, [&a] {
                   kernels::softmax_backward(a.y.mutable_data(), a.dy.data(), a.x.data(), false,
                                             rows, cols);
                 }});
  ops.push_back({"log_softmax", 2, [&a] {
                   kernels::log_softmax_forward(a.y.mutable_data(), a.x.data(), rows, cols);
                 }});
  // batch_norm and group_norm: two passes forward, two backward.
  const auto affine =
      std::make_shared<std::vector<kernels::Affine>>(rows, kernels::Affine{1, 2, 3});
  const auto pulled =
      std::make_shared<std::vector<kernels::Pulled>>(rows, kernels::Pulled{1, 2, 3, 4});
  ops.push_back({"batch_norm", 3, [=, &a] {
                   std::vector<kernels::Moments> moments(rows);
                   kernels::row_moments(moments.data(), a.x.data(), rows, cols);
                   kernels::affine_rows(a.y.mutable_data(), a.x.data(), affine->data(), rows, cols);
                 }});
  ops.push_back({"batch_norm backward", 5, [=, &a] {
                   std::vector<kernels::Pulls> pulls(rows);
                   kernels::row_pulls(pulls.data(), a.dy.data(), a.x.data(), affine->data(), rows,
                                      cols);
                   kernels::pull_rows(a.y.mutable_data(), a.dy.data(), a.x.data(), pulled->data(),
                                      false, rows, cols);
                 }});
  ops.push_back({"sum of rows", 1, [=, &a] {
                   kernels::reduce(out, a.x.data(), kernels::Reduce::sum, false, {rows, cols, 1});
                 }});
  ops.push_back({"sum of columns", 1, [=, &a] {
                   kernels::reduce(out, a.x.data(), kernels::Reduce::sum, false, {1, rows, cols});
                 }});
}

}  // namespace

void bench_pointwise() {
  Arrays a;
  Tensor small = Tensor::zeros({1 << 20});
  std::vector<Op> ops;
  add_maps(ops, a);
  add_zips(ops, a);
  add_norms(ops, a, small);
  const double copy = best_seconds([&a] {
    parallel_for(count, 16384, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(a.y.mutable_data() + begin, a.x.data() + begin,
                  static_cast<std::size_t>(end - begin) * sizeof(real));
    });
  });
  const double bandwidth = 2 * static_cast<double>(bytes) / copy;
  const double memory = kernels::read_bandwidth();
  fmt::print(R"({{"name": "copy", "threads": {}, "bytes_moved": {}, "seconds": {:.6f}, )"
             R"("bytes_per_second": {:.4g}, "read_bytes_per_second": {:.4g}}})"
             "\n",
             threads(), 2 * bytes, copy, bandwidth, memory);
  for (const Op& op : ops) {
    const double seconds = best_seconds(op.run), moved = static_cast<double>(op.arrays * bytes);
    fmt::print(R"({{"name": "{}", "threads": {}, "bytes_moved": {}, "seconds": {:.6f}, )"
               R"("share_of_bandwidth": {:.3f}, "share_of_copy": {:.3f}}})"
               "\n",
               op.name, threads(), op.arrays * bytes, seconds, moved / seconds / memory,
               moved / seconds / bandwidth);
  }
}

}  // namespace dlt::bench

#ifdef DLT_POINTWISE_BENCH_MAIN
int main() {
  for (const int threads : {1, 2}) {
    dlt::set_threads(threads);
    dlt::bench::bench_pointwise();
  }
}
#endif
