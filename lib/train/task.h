#pragma once

#include <cstdint>
#include <string_view>

#include "nn/params.h"
#include "train/metrics.h"

namespace dlt::train {

// All that the training loop needs to know about a model.
class Task {
 public:
  virtual ~Task() = default;
  virtual nn::Params& params() = 0;
  // The loss of part `part` of training batch `step` (1, 2, ...); a pure function of the config's
  // seed, the step, the part and the parameters, so that a resumed run repeats nothing.
  virtual Tensor loss(std::int64_t step, std::int64_t part) = 0;
  // On held-out data, "loss" among them. Empty: there is none.
  virtual Metrics evaluate() = 0;
  virtual std::vector<std::string_view> metrics() const { return {"loss"}; }  // their names
  // What one part consists of, for the speed display: 2048 "tokens".
  virtual std::int64_t items_per_part() const = 0;
  virtual std::string_view item_name() const = 0;
};

}  // namespace dlt::train
