#include "models/vision/shapes.h"

#include "base/error.h"

namespace dlt::models::vision {
namespace {

constexpr std::int64_t largest = std::int64_t{1} << 31;  // of a side or a number of channels

class Shapes {
 public:
  Shapes(const Step& step, const Graph& graph) : step_(step), graph_(graph) {
    for (const Value v : step.inputs) {
      const bool known = v.step >= 0 && v.step < std::ssize(graph.steps());
      need(known, "its input is no step before it");
      inputs_.push_back(graph.shape(v));
    }
  }

  Shape operator()(const Input&) const { refuse("a network has one input, its first step"); }

  Shape operator()(const Conv& c) const {
    const Shape& x = image();
    groups(x.dim(0), c.out, c.options.groups);
    return sides(c.out, [&](std::size_t a) {
      return window(a, {c.kernel, c.options.stride, c.options.padding}, c.options.dilation[a]);
    });
  }

  Shape operator()(const ConvTranspose& c) const {
    groups(image().dim(0), c.out, c.options.groups);
    return sides(c.out, [&](std::size_t a) {
      const auto& o = c.options;
      need(o.stride[a] >= 1 && o.dilation[a] >= 1 && c.kernel[a] >= 1 && o.padding[a] >= 0 &&
               o.output_padding[a] >= 0,
           "its kernel, stride or dilation is not at least 1");
      return (side(a) - 1) * o.stride[a] - 2 * o.padding[a] + o.dilation[a] * (c.kernel[a] - 1) +
             o.output_padding[a] + 1;
    });
  }

  Shape operator()(const MaxPool& p) const { return pooled(p.options); }
  Shape operator()(const AvgPool& p) const { return pooled(p.options); }

  Shape operator()(const Unpool& u) const {
    const auto& steps = graph_.steps();
    const bool is_pool = u.pool >= 0 && u.pool < std::ssize(steps) &&
                         std::holds_alternative<MaxPool>(steps[to_index(u.pool)].layer);
    need(is_pool, fmt::format("step {} is no max_pool to undo", u.pool));
    const Step& pool = steps[to_index(u.pool)];
    need(image() == pool.output,
         fmt::format("step {}, which it undoes, gives {}", u.pool, pool.output));
    return graph_.shape(pool.inputs.front());
  }

  Shape operator()(const Resize& r) const {
    return sides(image().dim(0), [&](std::size_t a) {
      need(r.scale[a] >= 1, "its scale is not at least 1");
      return side(a) * r.scale[a];
    });
  }

  Shape operator()(const PixelShuffle& p) const {
    const bool bounded = p.factor >= 1 && p.factor < 1 << 15;
    need(bounded && image().dim(0) % (p.factor * p.factor) == 0,
         fmt::format("the channels cannot be divided by {} squared", p.factor));
    return sides(image().dim(0) / (p.factor * p.factor),
                 [&](std::size_t a) { return side(a) * p.factor; });
  }

  Shape operator()(const ChannelShuffle& s) const {
    groups(image().dim(0), image().dim(0), s.groups);
    return image();
  }

  Shape operator()(const Channels& c) const {
    const Shape& x = image();
    need(c.first >= 0 && c.first < c.last && c.last <= x.dim(0),
         fmt::format("it has no channels {} to {}", c.first, c.last - 1));
    return {c.last - c.first, x.dim(1), x.dim(2)};
  }

  Shape operator()(const Concat&) const {
    need(!inputs_.empty(), "it has no inputs");
    std::int64_t channels = 0;
    for (const Shape& x : inputs_) {
      const Shape& first = inputs_.front();
      need(x.rank() == 3 && first.rank() == 3 && x.dim(1) == first.dim(1) &&
               x.dim(2) == first.dim(2),
           "their heights and widths differ");
      channels += x.dim(0);
    }
    return {channels, inputs_.front().dim(1), inputs_.front().dim(2)};
  }

  Shape operator()(const Add&) const {
    need(inputs_.size() == 2 && inputs_[0] == inputs_[1], "it adds two of the same shape");
    return inputs_[0];
  }

  Shape operator()(const Linear& l) const {
    need(l.out >= 1 && l.out < largest, fmt::format("it cannot give {} numbers", l.out));
    only();
    return {l.out};
  }

  Shape operator()(const Dropout& d) const {
    need(d.rate >= 0 && d.rate < 1, fmt::format("a rate of {} is not in [0, 1)", d.rate));
    return only();
  }

  Shape operator()(const GlobalAverage&) const { return {image().dim(0)}; }
  Shape operator()(const BatchNorm&) const { return image(); }
  Shape operator()(const Activate&) const { return only(); }

 private:
  static std::size_t to_index(std::int64_t i) { return static_cast<std::size_t>(i); }

  [[noreturn]] void refuse(const std::string& why) const {
    const std::string name =
        step_.name.empty() ? std::to_string(graph_.steps().size()) : "'" + step_.name + "'";
    std::string of;
    for (const Shape& x : inputs_) of += (of.empty() ? "" : " and ") + x.str();
    fail(Exit::usage, "layer {} ({}) cannot take {}: {}", name, kind(step_.layer),
         of.empty() ? "nothing" : of, why);
  }
  void need(bool ok, std::string_view why) const {
    if (!ok) refuse(std::string(why));
  }

  const Shape& only() const {
    need(inputs_.size() == 1, "it takes one input");
    return inputs_.front();
  }
  const Shape& image() const {
    need(only().rank() == 3, "it takes [channels, height, width]");
    return inputs_.front();
  }
  std::int64_t side(std::size_t axis) const { return inputs_.front().dims()[1 + axis]; }

  void groups(std::int64_t in, std::int64_t out, std::int64_t groups) const {
    need(out >= 1 && out < largest, fmt::format("it cannot give {} channels", out));
    need(groups >= 1 && in % groups == 0 && out % groups == 0,
         fmt::format("{} channels and {} cannot be divided into {} groups", in, out, groups));
  }

  template <class Side>
  Shape sides(std::int64_t channels, const Side& size) const {
    const std::int64_t height = size(0), width = size(1);
    need(height >= 1 && width >= 1, "nothing would be left: give larger pictures");
    need(height < largest && width < largest, "the result would be too large");
    return {channels, height, width};
  }

  // Windows along an axis.
  std::int64_t window(std::size_t a, const ops::Pool& p, std::int64_t dilation) const {
    need(p.kernel[a] >= 1 && p.stride[a] >= 1 && p.padding[a] >= 0 && dilation >= 1,
         "its kernel, stride or dilation is not at least 1");
    const std::int64_t reach = dilation * (p.kernel[a] - 1) + 1, in = side(a) + 2 * p.padding[a];
    need(reach <= in,
         fmt::format("its window of {} does not fit into {}: give larger pictures", reach, in));
    const std::int64_t room = in - reach + (p.ceil ? p.stride[a] - 1 : 0);
    const std::int64_t count = room / p.stride[a] + 1;
    // A window that begins in the padding behind the end is none.
    return p.ceil && (count - 1) * p.stride[a] >= side(a) + p.padding[a] ? count - 1 : count;
  }
  Shape pooled(const ops::Pool& p) const {
    return sides(image().dim(0), [&](std::size_t a) { return window(a, p, 1); });
  }

  const Step& step_;
  const Graph& graph_;
  std::vector<Shape> inputs_;
};

}  // namespace

Shape output_shape(const Step& step, const Graph& graph) {
  return std::visit(Shapes(step, graph), step.layer);
}

}  // namespace dlt::models::vision
