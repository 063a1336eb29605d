#include <memory>

#include "bench.h"
#include "kernels/channel_norm.h"
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

using Rows = std::vector<Row>;

// `arrays` of 16 MB are read or written.
void add(Rows& all, const std::string& name, const char* direction, int arrays,
         std::function<void()> call) {
  all.push_back({name, "16 MB", direction, std::move(call), arrays * bytes});
}

void add_maps(Rows& ops, Arrays& a) {
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
    add(ops, name, "forward", 2,
        [=, &a] { kernels::map_forward(a.y.mutable_data(), a.x.data(), kind, p, count); });
    add(ops, name, "backward", 3, [=, &a] {
      kernels::map_backward(a.y.mutable_data(), a.dy.data(), a.x.data(), kind, p, false, count);
    });
  }
}

void add_zips(Rows& ops, Arrays& a) {
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
    add(ops, name, "forward", 3, with(same));
    add(ops, std::string(name) + " row", "forward", 2, with(row));
    add(ops, std::string(name) + " column", "forward", 2, with(column));
  }
}

void add_norms(Rows& ops, Arrays& a, Tensor& small) {
  real* out = small.mutable_data();
  const auto size = [](kernels::Center c) { return kernels::NormSize{rows, cols, real(1e-5), c}; };
  for (const auto& [name, center] : {std::pair{"layer_norm", kernels::Center::yes},
                                     std::pair{"rms_norm", kernels::Center::no}}) {
    add(ops, name, "forward", 2, [=, &a, n = size(center)] {
      kernels::norm_forward(a.y.mutable_data(), out, a.x.data(), a.small.data(), nullptr, n);
    });
    add(ops, name, "backward", 3, [=, &a, n = size(center)] {
      real* sums = out + 2 * rows;
      kernels::norm_backward({a.y.mutable_data(), false, sums, sums + cols, sums + 2 * cols},
                             a.dy.data(), a.x.data(), a.small.data(), out, n);
    });
  }
  add(ops, "softmax", "forward", 2,
      [&a] { kernels::softmax_forward(a.y.mutable_data(), a.x.data(), rows, cols); });
  add(ops, "softmax", "backward", 3, [&a] {
    kernels::softmax_backward(a.y.mutable_data(), a.dy.data(), a.x.data(), false, rows, cols);
  });
  add(ops, "log_softmax", "forward", 2,
      [&a] { kernels::log_softmax_forward(a.y.mutable_data(), a.x.data(), rows, cols); });
  // batch_norm and group_norm: two passes forward, two backward.
  const auto affine =
      std::make_shared<std::vector<kernels::Affine>>(rows, kernels::Affine{1, 2, 3});
  const auto pulled =
      std::make_shared<std::vector<kernels::Pulled>>(rows, kernels::Pulled{1, 2, 3, 4});
  add(ops, "batch_norm", "forward", 3, [=, &a] {
    std::vector<kernels::Moments> moments(rows);
    kernels::row_moments(moments.data(), a.x.data(), rows, cols);
    kernels::affine_rows(a.y.mutable_data(), a.x.data(), affine->data(), rows, cols);
  });
  add(ops, "batch_norm", "backward", 5, [=, &a] {
    std::vector<kernels::Pulls> pulls(rows);
    kernels::row_pulls(pulls.data(), a.dy.data(), a.x.data(), affine->data(), rows, cols);
    kernels::pull_rows(a.y.mutable_data(), a.dy.data(), a.x.data(), pulled->data(), false, rows,
                       cols);
  });
  add(ops, "sum of rows", "forward", 1, [=, &a] {
    kernels::reduce(out, a.x.data(), kernels::Reduce::sum, false, {rows, cols, 1});
  });
  add(ops, "sum of columns", "forward", 1, [=, &a] {
    kernels::reduce(out, a.x.data(), kernels::Reduce::sum, false, {1, rows, cols});
  });
}

}  // namespace

Rows pointwise_rows() {
  static Arrays arrays;
  static Tensor small = Tensor::zeros({1 << 20});
  Rows all;
  add_maps(all, arrays);
  add_zips(all, arrays);
  add_norms(all, arrays, small);
  return all;
}

}  // namespace dlt::bench
