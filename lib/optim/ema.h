#pragma once

#include <cstdint>

#include "nn/params.h"

namespace dlt::optim {

// A moving average of all weights: after step t, average = d average + (1 - d) weight with
// d = min(decay, (1 + t) / (10 + t)), so that the random start is soon forgotten (as TensorFlow's
// ExponentialMovingAverage with num_updates).
class Ema {
 public:
  Ema(nn::Params& params, double decay);  // begins as the weights that are in params now

  void update(std::int64_t step);
  const nn::StateDict& averages() const { return averages_; }
  void load(const nn::StateDict& averages);  // of the same names and shapes

  // While one is alive, params hold the averages and this Ema the weights.
  class InPlace {
   public:
    explicit InPlace(Ema& ema) : ema_(ema) { ema_.swap(); }
    ~InPlace() { ema_.swap(); }
    InPlace(const InPlace&) = delete;
    InPlace& operator=(const InPlace&) = delete;

   private:
    Ema& ema_;
  };

 private:
  void swap();

  nn::Params& params_;
  double decay_;
  nn::StateDict averages_;
};

}  // namespace dlt::optim
