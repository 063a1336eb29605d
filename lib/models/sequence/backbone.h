#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "models/backbone/stack.h"
#include "nn/recurrent.h"

namespace dlt::models {

// What a sequence model sees its steps with: each of them and those before it.
class Backbone {
 public:
  virtual ~Backbone() = default;
  virtual Tensor operator()(const Tensor& x, nn::Training* training) const = 0;  // as Mixer
  // Its parts, and what they cost for a step of a sequence of `time` steps.
  virtual std::vector<Stack::Row> rows(std::int64_t time) const = 0;
};

// A backbone that is still to be made: what it reads from a config.
struct BackbonePlan {
  std::int64_t width = 0;
  std::int64_t longest = 0;    // steps that it can see; 0: any number
  double input_deviation = 1;  // of the embeddings it likes to begin with
  std::function<std::unique_ptr<Backbone>(const nn::Scope& s)> make;
};
using ReadBackbone = BackbonePlan (*)(config::Reader& model);

BackbonePlan plan_stack(const Architecture& architecture);
template <ReadArchitecture read>
BackbonePlan read_stack(config::Reader& model) {
  return plan_stack(read(model));
}

BackbonePlan read_recurrent(config::Reader& model, nn::Cell cell);
template <nn::Cell cell>
BackbonePlan read_recurrent(config::Reader& model) {
  return read_recurrent(model, cell);
}

BackbonePlan read_transformer(config::Reader& model);

}  // namespace dlt::models
