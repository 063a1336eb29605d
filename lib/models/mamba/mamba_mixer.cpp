#include "models/mamba/mamba_mixer.h"

#include <algorithm>
#include <cmath>

#include "ops/ops.h"

namespace dlt::models {
namespace {

constexpr std::int64_t widest = 1 << 20;

// The bias that softplus turns into a step size drawn evenly by its logarithm: log(exp(s) - 1).
nn::Init step_bias(const MambaConfig& c) {
  return [c](Tensor& t, Rng& rng) {
    std::generate_n(t.mutable_data(), t.size(), [&] {
      const double step = std::exp(rng.uniform(std::log(c.step_min), std::log(c.step_max)));
      const double s = std::max(step, c.step_floor);
      return static_cast<real>(s + std::log(-std::expm1(-s)));
    });
  };
}

// Of every channel: 1, 2, 3, ... (S4D-Real; Gu et al. 2022).
void fill_a_log(Tensor& t, Rng& /*rng*/) {
  const std::int64_t states = t.dim(1);
  for (std::int64_t i = 0; i < t.size(); ++i) {
    t.mutable_data()[i] = static_cast<real>(std::log(static_cast<double>(i % states + 1)));
  }
}

nn::Linear projection(const nn::Scope& s, std::int64_t in, std::int64_t out, bool bias) {
  return {s, in, out, bias ? nn::Bias::yes : nn::Bias::no};
}

// PyTorch's start, smaller by the root of the number of layers that write to the residual stream.
nn::Linear last_projection(const nn::Scope& s, const MambaConfig& c) {
  const double bound = 1 / std::sqrt(static_cast<double>(c.inner * c.layers));
  return {s, c.inner, c.width, c.bias ? nn::Bias::yes : nn::Bias::no, nn::uniform(bound)};
}

// The last kernel - 1 inputs of the convolution, and h of the scan.
struct MambaState : MixerState {
  Tensor inputs;  // [1, kernel - 1, inner]
  Tensor h;       // [1, inner, states]
};

// The last rows of those before and the first columns of `rows`, as many as there were before.
Tensor last_rows(const Tensor& before, const Tensor& rows) {
  const std::int64_t count = before.dim(1), width = before.dim(2), time = rows.dim(1);
  Tensor last = Tensor::uninitialized(before.shape());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t t = time - count + i;
    const real* from = t >= 0 ? rows.data() + t * rows.dim(2) : before.data() + (i + time) * width;
    std::copy_n(from, width, last.mutable_data() + i * width);
  }
  return last;
}

}  // namespace

MambaConfig MambaConfig::read(config::Reader& model, std::int64_t width, std::int64_t layers) {
  MambaConfig c;
  c.width = width;
  c.layers = layers;
  c.inner = 2 * width;
  c.step_rank = (width + 15) / 16;
  model.field("inner", c.inner, 1, widest);
  model.field("states", c.states, 1, 1024);
  model.field("kernel", c.kernel, 1, 1024);
  model.field("step_rank", c.step_rank, 1, widest);
  model.field("bias", c.bias);
  model.field("kernel_bias", c.kernel_bias);
  model.field("step_min", c.step_min, 1e-12, 1e6);
  model.field("step_max", c.step_max, 1e-12, 1e6);
  model.field("step_floor", c.step_floor, 0, 1e6);
  if (c.step_max < c.step_min) {
    model.fail("step_max", fmt::format("must be at least step_min = {}", c.step_min));
  }
  return c;
}

MambaMixer::MambaMixer(const nn::Scope& s, const MambaConfig& c)
    : c_(c),
      in_(projection(s / "in_proj", c.width, 2 * c.inner, c.bias)),
      kernel_((s / "conv1d").param("weight", {c.inner, 1, c.kernel}, nn::fan_in_uniform(c.kernel))),
      x_(projection(s / "x_proj", c.inner, c.step_rank + 2 * c.states, false)),
      step_((s / "dt_proj")
                .param("weight", {c.inner, c.step_rank},
                       nn::uniform(1 / std::sqrt(static_cast<double>(c.step_rank))))),
      step_bias_((s / "dt_proj").param("bias", {c.inner}, step_bias(c))),
      a_log_(s.param("A_log", {c.inner, c.states}, fill_a_log, {.decays = false})),
      d_(s.param("D", {c.inner}, nn::ones())),
      out_(last_projection(s / "out_proj", c)) {
  if (c.kernel_bias) {
    kernel_bias_ = (s / "conv1d").param("bias", {c.inner}, nn::fan_in_uniform(c.kernel));
  }
}

// both [batch, time, 2 * inner]: what the convolution made u of, and the gate.
ops::Scan MambaMixer::scan(const Tensor& u, const Tensor& both, const Tensor& start) const {
  const Tensor all = x_(u);
  const std::int64_t r = c_.step_rank;
  return ops::scan_rows({.u = u,
                         .delta = ops::linear(ops::slice(all, -1, 0, r), step_, step_bias_),
                         .softplus = true,
                         .a = ops::neg(ops::exp(a_log_)),
                         .b = {all, r},
                         .c = {all, r + c_.states},
                         .d = d_,
                         .gate = {both, c_.inner},
                         .start = start});
}

Tensor MambaMixer::operator()(const Tensor& x, nn::Training* /*training*/) const {
  const Tensor both = in_(x);
  return out_(scan(ops::causal_conv({both}, kernel_, kernel_bias_), both, {}).y);
}

std::unique_ptr<MixerState> MambaMixer::start() const {
  auto state = std::make_unique<MambaState>();
  state->inputs = Tensor::zeros({1, c_.kernel - 1, c_.inner});
  state->h = Tensor::zeros({1, c_.inner, c_.states});
  return state;
}

Tensor MambaMixer::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<MambaState&>(state);
  const Tensor both = in_(x);
  const Tensor u = ops::causal_conv({both}, kernel_, kernel_bias_, s.inputs);
  const ops::Scan scanned = scan(u, both, s.h);
  s.inputs = last_rows(s.inputs, both);
  s.h = scanned.last_state;
  return out_(scanned.y);
}

MixerCost MambaMixer::cost() const {
  const std::int64_t projected = c_.step_rank + 2 * c_.states;
  MixerCost cost;
  cost.macs = c_.inner * (3 * c_.width + projected + c_.step_rank + c_.kernel + 3 * c_.states);
  cost.kept = 6 * c_.inner + projected;
  cost.state = c_.inner * (c_.states + c_.kernel - 1);
  return cost;
}

}  // namespace dlt::models
