#include "check/gradients.h"

#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "base/rng.h"
#include "check/compare.h"

namespace dlt::check {
namespace {

struct Example {
  api::Prepared op;
  api::Inputs inputs;
};

Example example_of(const Exported<api::Operator>& op) {
  const std::string attributes(op.make.example_attributes);
  return {api::prepare(op.canonical(), config::Reader::parse_text(attributes, op.canonical())),
          api::example_inputs(op.make.example_inputs, 17)};
}

// The places of the inputs that have a gradient, each made a leaf of its own.
std::vector<std::size_t> make_leaves(Example& e) {
  std::vector<std::size_t> leaves;
  auto values = e.inputs.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto* t = std::get_if<Tensor>(&values[i].second);
    const auto a = std::ranges::find(e.op.signature.inputs, values[i].first, &api::Argument::name);
    if (t == nullptr || (a != e.op.signature.inputs.end() && a->constant)) continue;
    *t = t->clone().set_needs_grad();
    leaves.push_back(i);
  }
  e.inputs = api::Inputs(std::move(values));
  return leaves;
}

Tensor leaf(const Example& e, std::size_t place) {
  return std::get<Tensor>(e.inputs.values()[place].second);
}

Tensor random_like(const Tensor& t) {
  Rng rng(99);
  Tensor direction = Tensor::uninitialized(t.shape());
  for (std::int64_t i = 0; i < t.size(); ++i) {
    direction.mutable_data()[i] = static_cast<real>(rng.uniform(-1, 1));
  }
  return direction;
}

double projected(const Example& e, std::size_t result, const Tensor& direction) {
  const autograd::NoGrad off;
  const auto y = std::get<Tensor>(api::run(e.op, e.inputs)[result]);
  double sum = 0;
  for (std::int64_t i = 0; i < y.size(); ++i) {
    sum += static_cast<double>(y.data()[i]) * static_cast<double>(direction.data()[i]);
  }
  return sum;
}

// d f / d x by central differences.
template <class F>
double difference(real& x, double step, const F& f) {
  const real kept = x;
  x = kept + static_cast<real>(step);
  const double right = f();
  x = kept - static_cast<real>(step);
  const double left = f();
  x = kept;
  return (right - left) / (2 * step);
}

// The difference nearest to `slope`, of steps that get shorter until it is near enough: a long one
// may cross the bend of a ReLU or a change of the largest in a pool, and is no slope then. A wrong
// `slope` is far from all of them.
template <class F>
double nearest_difference(real& x, double step, double slope, double smallest, const F& f) {
  double nearest = difference(x, step, f);
  const auto apart = [&](double numeric) { return std::abs(numeric - slope); };
  for (int shorter = 0; shorter < 3; ++shorter) {
    if (apart(nearest) <= gradient_error * std::max(smallest, std::abs(nearest))) break;
    step /= 10;
    const double numeric = difference(x, step, f);
    if (apart(numeric) < apart(nearest)) nearest = numeric;
  }
  return nearest;
}

// d <direction, y> / d x for every element of x.
Tensor numeric_gradient(const Example& e, std::size_t result, const Tensor& direction, Tensor x) {
  Tensor slope = Tensor::uninitialized(x.shape());
  for (std::int64_t i = 0; i < x.size(); ++i) {
    slope.mutable_data()[i] = static_cast<real>(difference(
        x.mutable_data()[i], difference_step, [&] { return projected(e, result, direction); }));
  }
  return slope;
}

Outcome judge(const std::string& name, const Tensor& got, const Tensor& expected) {
  double apart = 0, scale = smallest_scale;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const auto wanted = static_cast<double>(expected.data()[i]);
    const double error = std::abs(static_cast<double>(got.data()[i]) - wanted);
    apart = std::isnan(error) ? INFINITY : std::max(apart, error);
    scale = std::max(scale, std::abs(wanted));
  }
  const double error = apart / scale;
  if (error <= gradient_error) return {name, true, error, ""};
  Outcome outcome = compare(name, got, expected);
  return {name, false, error, outcome.detail};
}

}  // namespace

std::vector<Outcome> check_gradients(const Exported<api::Operator>& op) {
  Example e = example_of(op);
  const std::vector<std::size_t> leaves = make_leaves(e);
  const api::Outputs outputs = api::run(e.op, e.inputs);
  std::vector<Outcome> all;
  for (std::size_t result = 0; result < outputs.size(); ++result) {
    const auto* y = std::get_if<Tensor>(&outputs[result]);
    if (y == nullptr || !y->needs_grad()) continue;
    const Tensor direction = random_like(*y);
    for (const std::size_t place : leaves) leaf(e, place).zero_grad();
    // From results of its own: going back frees the graph that other results may share.
    autograd::backward(std::get<Tensor>(api::run(e.op, e.inputs)[result]), direction);
    for (const std::size_t place : leaves) {
      const Tensor x = leaf(e, place);
      const std::string name =
          fmt::format("{}: {} by {}", op.canonical(), e.op.signature.outputs[result].name,
                      e.inputs.values()[place].first);
      const Tensor got = x.has_grad() ? x.grad() : Tensor::zeros(x.shape());
      all.push_back(judge(name, got, numeric_gradient(e, result, direction, x)));
    }
  }
  return all;
}

std::vector<Outcome> check_gradients(train::Task& task) {
  constexpr std::int64_t probes = 8;
  constexpr double step = exact ? 1e-5 : 1e-2, smallest = exact ? 1e-3 : 1e-2;
  const auto loss = [&] { return static_cast<double>(task.loss(1, 0).item()); };
  task.params().zero_grad();
  autograd::backward(task.loss(1, 0));
  const autograd::NoGrad off;
  Rng rng(1);
  std::vector<Outcome> all;
  for (auto [name, tensor] : task.params().grads()) {
    Tensor x = task.params().all().at(name);
    double apart = 0, scale = smallest;
    for (std::int64_t probe = 0; probe < probes; ++probe) {
      const auto i = static_cast<std::int64_t>(rng.uniform(0, static_cast<double>(x.size())));
      const auto slope = static_cast<double>(tensor.data()[i]);
      const double numeric = nearest_difference(x.mutable_data()[i], step, slope, smallest, loss);
      const double error = std::abs(slope - numeric);
      apart = std::isnan(error) ? INFINITY : std::max(apart, error);
      scale = std::max(scale, std::abs(numeric));
    }
    const double error = apart / scale;
    all.push_back({name, error <= gradient_error, error, ""});
  }
  return all;
}

}  // namespace dlt::check
