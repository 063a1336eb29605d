#include "models/retnet/retention_mixer.h"

#include <cmath>

#include "ops/ops.h"

namespace dlt::models {
namespace {

constexpr std::int64_t widest = 1 << 20;

Tensor decays(std::int64_t heads) {
  Tensor gamma = Tensor::uninitialized({heads});
  for (std::int64_t h = 0; h < heads; ++h) {
    gamma.mutable_data()[h] = static_cast<real>(1 - std::exp2(-5 - static_cast<double>(h)));
  }
  return gamma;
}

nn::Linear projection(const nn::Scope& s, std::int64_t in, std::int64_t out) {
  return {s, in, out, nn::Bias::no};
}

struct RetentionState : MixerState {
  std::int64_t position = 0;
  Tensor heads;  // [1, heads, width, value width]; undefined before the first step
};

}  // namespace

RetentionConfig RetentionConfig::read(config::Reader& model, std::int64_t width) {
  RetentionConfig c;
  c.width = width;
  c.value_width = 2 * width;
  model.field("heads", c.heads, 1, widest);
  if (width % (2 * c.heads) != 0) {
    model.fail("heads",
               fmt::format("{} heads of an even width do not make up width = {}", c.heads, width));
  }
  model.field("value_width", c.value_width, 1, 8 * widest);
  if (c.value_width % c.heads != 0) {
    model.fail("value_width", fmt::format("heads = {} does not divide {}", c.heads, c.value_width));
  }
  model.field("rope_theta", c.rope_theta, 1, 1e12);
  model.field("head_norm_epsilon", c.head_norm_epsilon, 0, 1);
  return c;
}

RetentionMixer::RetentionMixer(const nn::Scope& s, const RetentionConfig& c)
    : c_(c),
      q_(projection(s / "q_proj", c.width, c.width)),
      k_(projection(s / "k_proj", c.width, c.width)),
      v_(projection(s / "v_proj", c.width, c.value_width)),
      gate_(projection(s / "g_proj", c.width, c.value_width)),
      out_(projection(s / "out_proj", c.value_width, c.width)),
      gamma_(decays(c.heads)) {}

Tensor RetentionMixer::go_on(const Tensor& x, std::int64_t position, Tensor& state) const {
  const Tensor q = ops::rope(q_(x), c_.queries(), c_.rope_theta, position);
  const Tensor k = ops::rope(k_(x), c_.queries(), c_.rope_theta, position);
  const ops::Retention r = ops::retention(q, k, v_(x), gamma_, state);
  state = r.last_state;
  const std::int64_t of_one = c_.value_width / c_.heads;
  const Tensor heads = ops::reshape(r.y, {x.dim(0), x.dim(1), c_.heads, of_one});
  const Tensor y = ops::layer_norm(heads, Shape{of_one}, {}, {}, c_.head_norm_epsilon);
  return out_(ops::mul(ops::reshape(y, r.y.shape()), gate_(x, ops::Activation::silu)));
}

Tensor RetentionMixer::operator()(const Tensor& x, nn::Training* /*training*/) const {
  Tensor state;
  return go_on(x, 0, state);
}

std::unique_ptr<MixerState> RetentionMixer::start() const {
  return std::make_unique<RetentionState>();
}

Tensor RetentionMixer::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<RetentionState&>(state);
  const Tensor y = go_on(x, s.position, s.heads);
  s.position += x.dim(1);
  return y;
}

MixerCost RetentionMixer::cost() const {
  constexpr std::int64_t chunk = 64;  // steps that are multiplied with each other
  const std::int64_t w = c_.width, v = c_.value_width;
  MixerCost cost;
  cost.macs = 2 * w * w + 3 * w * v + chunk * (w + v) + 2 * w * v / c_.heads;
  cost.kept = 3 * w + 6 * v;
  cost.state = w * v / c_.heads + 1;
  return cost;
}

}  // namespace dlt::models
