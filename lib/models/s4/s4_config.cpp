#include "models/s4/s4_config.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace dlt::models {

void S4Config::read(config::Reader& model) {
  model.field("states", states, 2, 1024);
  if (states % 2 != 0) model.fail("states", "must be even: states are conjugate pairs");
  model.field("step_min", step_min, 1e-12, 1e6);
  model.field("step_max", step_max, 1e-12, 1e6);
  if (step_max < step_min) {
    model.fail("step_max", fmt::format("must be at least step_min = {}", step_min));
  }
  model.field("ssm_lr_scale", ssm_lr_scale, 0, 1e3);
}

nn::Init S4Config::log_step() const {
  return [low = std::log(step_min), high = std::log(step_max)](Tensor& t, Rng& rng) {
    std::generate_n(t.mutable_data(), t.size(),
                    [&] { return static_cast<real>(rng.uniform(low, high)); });
  };
}

}  // namespace dlt::models
