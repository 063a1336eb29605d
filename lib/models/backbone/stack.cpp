#include "models/backbone/stack.h"

#include "autograd/autograd.h"
#include "ops/elementwise.h"

namespace dlt::models {
namespace {

nn::Norm make_norm(const nn::Scope& s, const StackConfig& c) {
  if (c.norm == "rms") return nn::RmsNorm(s, c.width, c.norm_epsilon);
  return nn::LayerNorm(s, c.width, nn::Bias::yes, c.norm_epsilon);
}

}  // namespace

void StackConfig::read(config::Reader& model) {
  constexpr std::int64_t most_layers = 1000, widest = 1 << 20;
  model.field("layers", layers, 1, most_layers);
  model.field("width", width, 1, widest);
  model.field("norm", norm, {"rms", "layer"});
  model.field("norm_epsilon", norm_epsilon, 0, 1);
  model.field("dropout", dropout, 0, 0.95);
}

Stack::Stack(const nn::Scope& s, const Architecture& a)
    : c_(a.config), dropout_(a.config.dropout), norm_(make_norm(s / "norm_f", a.config)) {
  for (std::int64_t i = 0; i < c_.layers; ++i) {
    const nn::Scope layer = s / "layers" / i;
    for (const Sublayer& sub : a.sublayers) {
      const std::string place = fmt::format("layers.{}.", i);
      parts_.push_back({place + sub.norm, place + sub.mixer, make_norm(layer / sub.norm, c_),
                        sub.make({layer / sub.mixer, i})});
    }
  }
}

Tensor Stack::operator()(const Tensor& x, nn::Training* training) const {
  Tensor h = x;
  for (const Part& part : parts_) {
    h = ops::add(h, dropout_((*part.mixer)(nn::normalize(part.norm, h), training), training));
  }
  return nn::normalize(norm_, h);
}

Stack::State Stack::start() const {
  State state;
  for (const Part& part : parts_) state.push_back(part.mixer->start());
  return state;
}

Tensor Stack::step(const Tensor& x, State& state) const {
  const autograd::NoGrad off;
  Tensor h = x;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    h = ops::add(h, parts_[i].mixer->step(nn::normalize(parts_[i].norm, h), *state[i]));
  }
  return nn::normalize(norm_, h);
}

std::vector<Stack::Row> Stack::rows() const {
  std::vector<Row> rows;
  const MixerCost norm{.kept = c_.width};
  for (const Part& part : parts_) {
    rows.push_back({part.norm_name, norm});
    rows.push_back({part.name, part.mixer->cost()});
  }
  rows.push_back({"norm_f", norm});
  return rows;
}

}  // namespace dlt::models
