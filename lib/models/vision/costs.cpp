#include <algorithm>
#include <cmath>

#include "models/vision/graph.h"

namespace dlt::models::vision {
namespace {

std::int64_t area(const ops::Pair& p) { return p[0] * p[1]; }

// Parameters and multiply-adds of a layer with input x and output y.
struct Count {
  const Shape& x;
  const Shape& y;

  StepCost operator()(const Conv& c) const {
    const std::int64_t per_output = x.dim(0) / c.options.groups * area(c.kernel);
    return {c.out * (per_output + (c.bias ? 1 : 0)), y.size() * per_output};
  }
  StepCost operator()(const ConvTranspose& c) const {
    const std::int64_t per_input = c.out / c.options.groups * area(c.kernel);
    return {x.dim(0) * per_input + (c.bias ? c.out : 0), x.size() * per_input};
  }
  StepCost operator()(const Linear& l) const {
    return {l.out * (x.size() + (l.bias ? 1 : 0)), l.out * x.size()};
  }
  StepCost operator()(const BatchNorm&) const { return {2 * x.dim(0), 0}; }
  template <class Other>
  StepCost operator()(const Other&) const {
    return {};
  }
};

// What a layer does along an axis: an output sees `window` of its inputs, and two outputs beside
// each other are `stride` inputs apart.
struct Reach {
  double window = 1, stride = 1;
};

struct Reaches {
  std::size_t axis;
  const Shape& x;

  Reach operator()(const Conv& c) const {
    return {static_cast<double>(c.options.dilation[axis] * (c.kernel[axis] - 1) + 1),
            static_cast<double>(c.options.stride[axis])};
  }
  Reach operator()(const ConvTranspose& c) const {
    const auto stride = static_cast<double>(c.options.stride[axis]);
    const auto kernel = static_cast<double>(c.options.dilation[axis] * (c.kernel[axis] - 1) + 1);
    return {std::ceil(kernel / stride), 1 / stride};
  }
  Reach operator()(const MaxPool& p) const { return of(p.options); }
  Reach operator()(const AvgPool& p) const { return of(p.options); }
  Reach operator()(const Resize& r) const {
    const auto scale = static_cast<double>(r.scale[axis]);
    switch (r.kind) {
      case ops::Interpolation::linear:
        return {2, 1 / scale};
      case ops::Interpolation::bicubic:
        return {4, 1 / scale};
      default:
        return {1, 1 / scale};
    }
  }
  Reach operator()(const PixelShuffle& p) const { return {1, 1 / static_cast<double>(p.factor)}; }
  Reach operator()(const GlobalAverage&) const { return all(); }
  Reach operator()(const Linear&) const { return all(); }
  template <class Other>
  Reach operator()(const Other&) const {
    return {};
  }

 private:
  Reach of(const ops::Pool& p) const {
    return {static_cast<double>(p.kernel[axis]), static_cast<double>(p.stride[axis])};
  }
  Reach all() const { return {x.rank() == 3 ? static_cast<double>(x.dims()[1 + axis]) : 1, 1}; }
};

// The window of the picture that one element sees, and how far its neighbour's is from it.
struct Field {
  double size = 1, apart = 1;
};

Field field_of(const Graph& graph, const Step& step, std::size_t axis,
               const std::vector<Field>& fields) {
  if (step.inputs.empty()) return {};
  Field from{0, 0};
  for (const Value v : step.inputs) {
    const Field& f = fields[static_cast<std::size_t>(v.step)];
    from = {std::max(from.size, f.size), std::max(from.apart, f.apart)};
  }
  if (const auto* unpool = std::get_if<Unpool>(&step.layer)) {
    const Step& pool = graph.steps()[static_cast<std::size_t>(unpool->pool)];
    return {from.size, fields[static_cast<std::size_t>(pool.inputs.front().step)].apart};
  }
  const Reach reach = std::visit(Reaches{axis, graph.shape(step.inputs.front())}, step.layer);
  return {from.size + (reach.window - 1) * from.apart, from.apart * reach.stride};
}

}  // namespace

std::vector<StepCost> costs(const Graph& graph) {
  std::vector<StepCost> all;
  std::vector<Field> fields[2];
  for (const Step& step : graph.steps()) {
    const Shape none;
    const Shape& x = step.inputs.empty() ? none : graph.shape(step.inputs.front());
    StepCost cost = std::visit(Count{x, step.output}, step.layer);
    for (const std::size_t axis : {0u, 1u}) {
      const Field field = field_of(graph, step, axis, fields[axis]);
      fields[axis].push_back(field);
      cost.receptive_field[axis] = static_cast<std::int64_t>(std::ceil(field.size));
    }
    all.push_back(cost);
  }
  return all;
}

}  // namespace dlt::models::vision
