#include "models/epochs.h"

#include <algorithm>
#include <cmath>

namespace dlt::models {

double read_epochs(config::Reader& train) {
  double epochs = 0;
  train.shorthand("epochs", epochs, 0, 1e6);
  if (epochs > 0 && train.has("steps")) train.fail("epochs", "give epochs or steps, not both");
  return epochs;
}

void set_steps(config::Reader& root, config::Reader& train, double epochs, std::int64_t examples,
               std::int64_t batch) {
  std::int64_t accumulate = 1;
  train.field("accumulate", accumulate, 1, 1 << 20);
  const double steps = std::ceil(epochs * static_cast<double>(examples) /
                                 (static_cast<double>(batch) * static_cast<double>(accumulate)));
  root.set(fmt::format("train.steps={}", static_cast<std::int64_t>(std::min(steps, 9e15))));
}

}  // namespace dlt::models
