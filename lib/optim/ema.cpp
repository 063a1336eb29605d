#include "optim/ema.h"

#include <algorithm>

#include "kernels/optim.h"

namespace dlt::optim {

Ema::Ema(nn::Params& params, double decay) : params_(params), decay_(decay) {
  for (const auto& [name, t] : params.all()) averages_[name] = t.clone();
}

void Ema::update(std::int64_t step) {
  const auto t = static_cast<double>(step);
  const double keep = std::min(decay_, (1 + t) / (10 + t));
  for (auto& [name, average] : averages_) {
    const Tensor& weight = params_.all().at(name);
    const double kept = weight.needs_grad() ? keep : 0;  // buffers are averages already
    kernels::move_average(average.mutable_data(), weight.data(), kept, average.size());
  }
}

void Ema::load(const nn::StateDict& averages) {
  for (auto& [name, average] : averages_) {
    std::copy_n(averages.at(name).data(), average.size(), average.mutable_data());
  }
}

void Ema::swap() {
  for (auto& [name, average] : averages_) {
    Tensor weight = params_.all().at(name);
    std::swap_ranges(average.mutable_data(), average.mutable_data() + average.size(),
                     weight.mutable_data());
  }
}

}  // namespace dlt::optim
