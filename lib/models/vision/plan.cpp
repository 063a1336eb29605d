#include "models/vision/plan.h"

#include <algorithm>
#include <map>
#include <memory>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/conv.h"
#include "kernels/gemm.h"
#include "kernels/map.h"
#include "kernels/pointwise.h"
#include "kernels/pool.h"
#include "kernels/strided.h"
#include "models/vision/plan_layout.h"

namespace dlt::models::vision {
namespace {

using kernels::Size;
using Job = std::function<void()>;
using Places = std::vector<std::int32_t>;  // of maxima

kernels::Unary unary(Activation kind) {
  switch (kind) {
    case Activation::relu6:
      return kernels::Unary::relu6;
    case Activation::sigmoid:
      return kernels::Unary::sigmoid;
    case Activation::tanh:
      return kernels::Unary::tanh;
    default:
      return kernels::Unary::relu;
  }
}

// Of the convolution that makes one image `out` of `in`; options: a Conv's or a ConvTranspose's.
template <class Options>
kernels::ConvSize conv_size(const Shape& in, const Shape& out, const ops::Pair& kernel,
                            const Options& o) {
  const auto axis = [&](std::size_t a) {
    return kernels::ConvAxis{.in = in.dims()[a + 1],
                             .kernel = kernel[a],
                             .out = out.dims()[a + 1],
                             .stride = o.stride[a],
                             .padding = o.padding[a],
                             .dilation = o.dilation[a]};
  };
  return {1, in.dim(0), out.dim(0), o.groups, axis(0), axis(1)};
}

}  // namespace

// Makes the jobs of a step.
class Plan::Maker {
 public:
  Maker(Plan& plan, const Folded& net, const PlannedStep& p,
        std::map<std::int64_t, std::shared_ptr<Places>>& places)
      : plan_(plan),
        net_(net),
        places_(places),
        p_(p),
        step_(net.steps[static_cast<std::size_t>(p.step)]),
        base_(plan.arena_.mutable_data()),
        y_(base_ + p.output) {
    if (p.together >= 0) bring_together();
  }

  void operator()(const Conv& c) {
    const kernels::ConvSize n = conv_size(shape(0), step_.output, c.kernel, c.options);
    const auto kind = step_.activation;
    const auto fused = kind == Activation::relu    ? kernels::Activation::relu
                       : kind == Activation::relu6 ? kernels::Activation::relu6
                                                   : kernels::Activation::none;
    auto conv = std::make_shared<kernels::PreparedConv>(step_.weight.data(),
                                                        step_.bias.data_or_null(), n, fused);
    add([conv, bias = step_.bias, channels = p_.inputs[0], x = base_, y = y_] {
      (*conv)(y, x, channels.data());
    });
    if (kind && fused == kernels::Activation::none) activate(*kind);
  }

  void operator()(const ConvTranspose& c) {
    // The convolution whose gradient this is: its input is our output.
    const kernels::ConvSize n = conv_size(step_.output, shape(0), c.kernel, c.options);
    add([n, weight = step_.weight, bias = step_.bias, x = base_ + in_order(), y = y_] {
      kernels::conv_backward_input(y, x, weight.data(), false, n, bias.data_or_null());
    });
    if (step_.activation) activate(*step_.activation);
  }

  void operator()(const Linear& l) {
    const kernels::Gemm g{.m = 1,
                          .n = l.out,
                          .k = shape(0).size(),
                          .transpose_b = true,
                          .bias = step_.bias.data_or_null()};
    add([g, weight = step_.weight, bias = step_.bias, x = base_ + in_order(), y = y_] {
      kernels::gemm(y, x, weight.data(), g);
    });
    if (step_.activation) activate(*step_.activation);
  }

  void operator()(const Activate& a) {
    for_runs([kind = unary(a.kind), plane = plane(0)](real* y, const real* x, Size planes) {
      kernels::map_forward(y, x, kind, {}, planes * plane);
    });
  }

  void operator()(const MaxPool& m) {
    const kernels::Windows w = windows(m.options);
    std::shared_ptr<Places> places;
    if (is_undone(net_.steps, p_.step)) {
      places = std::make_shared<Places>(static_cast<std::size_t>(step_.output.size()));
    }
    places_[p_.step] = places;
    for (const PlaneRun& r : runs(p_.inputs[0], plane(0))) {
      add([=, x = base_ + r.from, first = r.first * out_plane(), y = y_] {
        kernels::Windows part = w;
        part.planes = r.count;
        kernels::max_pool(y + first, places ? places->data() + first : nullptr, x, part);
      });
    }
  }

  void operator()(const AvgPool& a) {
    kernels::Windows w = windows(a.options);
    w.count_padding = a.count == ops::CountPadding::yes;
    for_runs([w](real* y, const real* x, Size planes) {
      kernels::Windows part = w;
      part.planes = planes;
      kernels::mean_pool(y, x, part);
    });
  }

  void operator()(const GlobalAverage&) {
    const kernels::Parts p{0, {shape(0).dim(1), shape(0).dim(2)}, {1, 1}};
    for_runs([p](real* y, const real* x, Size planes) {
      kernels::mean_parts(y, x, {planes, p.in, p.out});
    });
  }

  void operator()(const Unpool& u) {
    const Size few = plane(0), many = out_plane();
    add([y = y_, n = step_.output.size()] { std::fill_n(y, n, real(0)); });
    for (const PlaneRun& r : runs(p_.inputs[0], few)) {
      add([=, places = places_.at(u.pool), x = base_ + r.from, y = y_ + r.first * many] {
        kernels::put_back(y, x, {r.count, few, many, places->data() + r.first * few});
      });
    }
  }

  void operator()(const Resize& r) {
    const ops::Resize options{
        {}, {static_cast<double>(r.scale[0]), static_cast<double>(r.scale[1])}, r.kind};
    for_runs([options, in = shape(0)](real* y, const real* x, Size planes) {
      const Tensor taken =
          Tensor::from({1, planes, in.dim(1), in.dim(2)},
                       {x, static_cast<std::size_t>(planes * in.dim(1) * in.dim(2))});
      const Tensor made = ops::interpolate(taken, options);
      std::copy_n(made.data(), made.size(), y);
    });
  }

  void operator()(const PixelShuffle& p) {
    const Size r = p.factor, h = shape(0).dim(1), w = shape(0).dim(2), c = step_.output.dim(0);
    const std::vector<kernels::Loop> loops = {{c, h * r * w * r, r * r * h * w},
                                              {r, w * r, r * h * w},
                                              {r, 1, h * w},
                                              {h, r * w * r, w},
                                              {w, r, 1}};
    add([=, x = base_ + in_order(), y = y_] { kernels::copy_strided(y, x, loops, false); });
  }

  void operator()(const Add&) {
    const Planes &a = p_.inputs[0], &b = p_.inputs[1];
    const Size size = plane(0);
    for (std::size_t i = 0; i < a.size();) {
      std::size_t end = i + 1;
      while (end < a.size() && a[end] == a[end - 1] + size && b[end] == b[end - 1] + size) ++end;
      add([y = y_ + static_cast<Size>(i) * size, from = base_ + a[i], other = base_ + b[i],
           n = static_cast<Size>(end - i) * size] { kernels::add(y, from, other, n); });
      i = end;
    }
    if (step_.activation) activate(*step_.activation);
  }

  // The layout has taken them, or folding has.
  void operator()(const Input&) const {}
  void operator()(const BatchNorm&) const {}
  void operator()(const ChannelShuffle&) const {}
  void operator()(const Channels&) const {}
  void operator()(const Concat&) const {}
  void operator()(const Dropout&) const {}

 private:
  const Shape& shape(std::size_t i) const {
    return net_.steps[static_cast<std::size_t>(step_.inputs[i].step)].output;
  }
  static Size plane(const Shape& s) { return s.rank() == 3 ? s.dim(1) * s.dim(2) : s.size(); }
  Size plane(std::size_t i) const { return plane(shape(i)); }
  // Of a channel of the output.
  Size out_plane() const {
    return step_.output.size() / std::max<Size>(1, std::ssize(p_.inputs[0]));
  }

  void add(Job job) { plan_.steps_.push_back(std::move(job)); }

  // f(y, x, number of planes) for neighbouring planes.
  template <class F>
  void for_runs(const F& f) {
    for (const PlaneRun& r : runs(p_.inputs[0], plane(0)))
      add([f, r, x = base_ + r.from, y = y_ + r.first * out_plane()] { f(y, x, r.count); });
  }

  // Where the channels of the input lie one behind the other.
  Size in_order() const { return p_.together >= 0 ? p_.together : p_.inputs[0][0]; }

  void bring_together() {
    const Size size = plane(0);
    for (const PlaneRun& r : runs(p_.inputs[0], size)) {
      add([x = base_ + r.from, y = base_ + p_.together + r.first * size, n = r.count * size] {
        std::copy_n(x, n, y);
      });
    }
  }

  void activate(Activation kind) {
    add([y = y_, kind = unary(kind), n = step_.output.size()] {
      kernels::map_forward(y, y, kind, {}, n);
    });
  }

  kernels::Windows windows(const ops::Pool& p) const {
    const Shape &in = shape(0), &out = step_.output;
    return {in.dim(0), {in.dim(1), in.dim(2)}, {out.dim(1), out.dim(2)}, p.kernel, p.stride,
            p.padding};
  }

  Plan& plan_;
  const Folded& net_;
  std::map<std::int64_t, std::shared_ptr<Places>>& places_;  // of the pools, by their step
  const PlannedStep& p_;
  const FoldedStep& step_;
  real *base_, *y_;
};

Plan::Plan(const Folded& net)
    : input_(net.steps[0].output),
      output_(net.steps[static_cast<std::size_t>(net.output.step)].output) {
  const Layout layout = lay_out(net);
  arena_ = Tensor::uninitialized({layout.size});
  whole_ = layout.size_of_all;
  input_place_ = layout.input;
  output_planes_ = layout.output;
  std::map<std::int64_t, std::shared_ptr<Places>> places;
  for (const PlannedStep& p : layout.steps) {
    Maker maker(*this, net, p, places);
    std::visit(maker, net.steps[static_cast<std::size_t>(p.step)].layer);
  }
}

Tensor Plan::operator()(const Tensor& x) {
  std::vector<std::int64_t> dims = {0}, result = {0};
  dims.insert(dims.end(), input_.dims().begin(), input_.dims().end());
  result.insert(result.end(), output_.dims().begin(), output_.dims().end());
  dims[0] = result[0] = x.shape().rank() > 0 ? x.dim(0) : 0;
  require(x.shape() == Shape(dims), "pictures {} are not [batch, {}, {}, {}]", x.shape(),
          input_.dim(0), input_.dim(1), input_.dim(2));
  const autograd::NoGrad off;
  Tensor y = Tensor::uninitialized(Shape(result));
  const Size plane = output_.size() / std::max<Size>(1, std::ssize(output_planes_));
  real* to = y.mutable_data();
  for (std::int64_t i = 0; i < dims[0]; ++i) {
    std::copy_n(x.data() + i * input_.size(), input_.size(), arena_.mutable_data() + input_place_);
    for (const Job& step : steps_) step();
    for (const std::int64_t from : output_planes_)
      to = std::copy_n(arena_.data() + from, plane, to);
  }
  return y;
}

}  // namespace dlt::models::vision
