#include <fmt/format.h>
#include <functional>
#include <memory>

#include "bench.h"
#include "kernels/complex_scan.h"
#include "kernels/long_convolution.h"
#include "kernels/s4.h"
#include "kernels/selective_scan.h"
#include "tensor/tensor.h"

namespace dlt::bench {
namespace {

constexpr std::int64_t channels = 128, states = 32;  // pairs

Tensor between(Shape shape, double low, double high) {
  Tensor t = Tensor::uninitialized(std::move(shape));
  for (std::int64_t i = 0; i < t.size(); ++i) {
    const double place = static_cast<double>(i * 7919 % 1013) / 1013;
    t.mutable_data()[i] = static_cast<real>(low + (high - low) * place);
  }
  return t;
}

struct Systems {
  Tensor log_dt = between({channels}, -6.9, -2.3);
  Tensor a_re = between({channels, states}, -1, -0.4), a_im = between({channels, states}, 0, 100);
  Tensor p = between({channels, states}, 0, 5), c = between({channels, states}, -1, 1);
  Tensor lambda = between({2, channels}, -0.7, 0.7);
  std::vector<Tensor> grads = std::vector<Tensor>(9, Tensor::zeros({channels, states}));

  kernels::S4dArrays<const real> s4d() const {
    return {log_dt.data(), a_re.data(), a_im.data(), c.data(), p.data()};
  }
  kernels::S4Arrays<const real> s4() const {
    return {log_dt.data(), a_re.data(), a_im.data(), p.data(), c.data(),
            p.data(),      c.data(),    c.data(),    p.data()};
  }
  kernels::ComplexRow factor() const { return {lambda.data(), lambda.data() + channels}; }
  real* grad(std::size_t i) { return grads[i].mutable_data(); }
};

// Rows [channels, time] of one sequence.
struct Signals {
  explicit Signals(std::int64_t time)
      : x(between({channels, time}, -1, 1)),
        y(x.clone()),
        kernel(x.clone()),
        dk(x.clone()),
        spectra(Tensor::uninitialized({kernels::kept_spectra({1, channels, time})})) {}
  Tensor x, y, kernel, dk, spectra;
};

}  // namespace

std::vector<Row> state_space_rows() {
  std::vector<Row> all;
  const auto in = std::make_shared<Systems>();
  for (const std::int64_t time : {2048, 16384}) {
    const auto s = std::make_shared<Signals>(time);
    const auto add = [&](const char* name, const char* direction, std::function<void()> call) {
      all.push_back(
          {name, fmt::format("{} channels, {} steps", channels, time), direction, std::move(call)});
    };
    const kernels::S4dSize d{channels, states, time};
    const kernels::S4Size f{channels, states, time};
    const kernels::LongSize n{1, channels, time};
    const kernels::ComplexScanSize c{1, time, channels / 2};
    add("S4D kernel", "forward",
        [=] { kernels::s4d_kernel(s->kernel.mutable_data(), in->s4d(), d); });
    add("S4D kernel", "backward", [=] {
      kernels::s4d_kernel_backward(
          {in->grad(0), in->grad(1), in->grad(2), in->grad(3), in->grad(4)}, s->x.data(), in->s4d(),
          d);
    });
    add("S4 kernel", "forward", [=] { kernels::s4_kernel(s->kernel.mutable_data(), in->s4(), f); });
    add("S4 kernel", "backward", [=] {
      kernels::s4_kernel_backward({in->grad(0), in->grad(1), in->grad(2), in->grad(3), in->grad(4),
                                   in->grad(5), in->grad(6), in->grad(7), in->grad(8)},
                                  s->x.data(), in->s4(), f);
    });
    add("long convolution", "forward", [=] {
      kernels::long_convolution(s->y.mutable_data(), s->x.data(), s->kernel.data(), n,
                                s->spectra.mutable_data());
    });
    add("long convolution", "backward", [=] {
      kernels::long_convolution_backward(s->y.mutable_data(), s->dk.mutable_data(), s->x.data(),
                                         s->x.data(), s->kernel.data(), n, s->spectra.data());
    });
    add("complex scan", "forward",
        [=] { kernels::complex_scan(s->y.mutable_data(), s->x.data(), in->factor(), nullptr, c); });
    add("complex scan", "backward", [=] {
      kernels::complex_scan_backward({s->dk.mutable_data(), in->grad(0), nullptr}, s->x.data(),
                                     s->y.data(), in->factor(), nullptr, c);
    });
  }
  return all;
}

}  // namespace dlt::bench
