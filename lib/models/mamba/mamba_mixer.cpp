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

Tensor columns(const Tensor& x, std::int64_t start, std::int64_t count) {
  return ops::slice(x, -1, start, start + count);
}

Tensor swap_last(const Tensor& x) { return ops::permute(x, {0, 2, 1}); }

// The last kernel - 1 inputs of the convolution, and h of the scan.
struct MambaState : MixerState {
  Tensor inputs;  // [1, kernel - 1, inner]
  Tensor h;       // [inner, states]
};

// y [time, inner] of the scan over rows of u and delta [time, inner] and b and c [time, states],
// from h on.
void scan_steps(real* y, real* h, const real* u, const real* delta, const real* a, const real* b,
                const real* c, const real* d, std::int64_t time, const MambaConfig& size) {
  for (std::int64_t t = 0; t < time; ++t, u += size.inner, delta += size.inner, y += size.inner) {
    for (std::int64_t i = 0; i < size.inner; ++i) {
      real sum = d[i] * u[i];
      for (std::int64_t s = 0; s < size.states; ++s) {
        real& state = h[i * size.states + s];
        state = std::exp(delta[i] * a[i * size.states + s]) * state +
                delta[i] * u[i] * b[t * size.states + s];
        sum += state * c[t * size.states + s];
      }
      y[i] = sum;
    }
  }
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

// u [batch, time, inner]: softplus(dt_proj(...)), B and C of x_proj.
MambaMixer::Selection MambaMixer::select(const Tensor& u) const {
  const Tensor all = x_(u);
  const std::int64_t r = c_.step_rank, n = c_.states;
  return {ops::softplus(ops::linear(columns(all, 0, r), step_, step_bias_)), columns(all, r, n),
          columns(all, r + n, n)};
}

Tensor MambaMixer::operator()(const Tensor& x, nn::Training* /*training*/) const {
  const Tensor both = in_(x);
  const std::int64_t time = x.dim(1);
  const Tensor before = ops::conv1d(swap_last(columns(both, 0, c_.inner)), kernel_, kernel_bias_,
                                    {.padding = c_.kernel - 1, .groups = c_.inner});
  const Tensor u = swap_last(ops::silu(ops::slice(before, 2, 0, time)));
  const Selection s = select(u);
  const Tensor y = ops::selective_scan(swap_last(u), swap_last(s.delta), ops::neg(ops::exp(a_log_)),
                                       swap_last(s.b), swap_last(s.c), d_)
                       .y;
  return out_(ops::mul(swap_last(y), ops::silu(columns(both, c_.inner, c_.inner))));
}

std::unique_ptr<MixerState> MambaMixer::start() const {
  auto state = std::make_unique<MambaState>();
  state->inputs = Tensor::zeros({1, c_.kernel - 1, c_.inner});
  state->h = Tensor::zeros({c_.inner, c_.states});
  return state;
}

Tensor MambaMixer::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<MambaState&>(state);
  const std::int64_t time = x.dim(1);
  const Tensor both = in_(x);
  const Tensor inputs = ops::cat({s.inputs, columns(both, 0, c_.inner)}, 1);
  s.inputs = ops::slice(inputs, 1, time, time + c_.kernel - 1);
  const Tensor u = swap_last(
      ops::silu(ops::conv1d(swap_last(inputs), kernel_, kernel_bias_, {.groups = c_.inner})));
  const Selection picked = select(u);
  const Tensor a = ops::neg(ops::exp(a_log_));
  Tensor y = Tensor::uninitialized(u.shape());
  scan_steps(y.mutable_data(), s.h.mutable_data(), u.data(), picked.delta.data(), a.data(),
             picked.b.data(), picked.c.data(), d_.data(), time, c_);
  return out_(ops::mul(y, ops::silu(columns(both, c_.inner, c_.inner))));
}

MixerCost MambaMixer::cost() const {
  const std::int64_t projected = c_.step_rank + 2 * c_.states;
  MixerCost cost;
  cost.macs = c_.inner * (3 * c_.width + projected + c_.step_rank + c_.kernel + 3 * c_.states);
  cost.kept = 8 * c_.inner + projected;
  cost.state = c_.inner * (c_.states + c_.kernel - 1);
  return cost;
}

}  // namespace dlt::models
