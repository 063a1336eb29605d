#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "models/backbone/mixer.h"
#include "nn/dropout.h"
#include "nn/norm.h"

namespace dlt::models {

// What all stacks of mixers have in common.
struct StackConfig {
  std::int64_t layers = 4;
  std::int64_t width = 256;
  std::string norm = "rms";  // or layer
  double norm_epsilon = 1e-5;
  double dropout = 0;  // of what each mixer adds

  void read(config::Reader& model);  // the fields are the defaults
};

// Where a mixer is made. Some begin differently from layer to layer.
struct MixerPlace : nn::Scope {
  std::int64_t layer;  // from 0
};

// One of the mixers of a layer: "layers.<i>.<norm>" and "layers.<i>.<mixer>" are its places.
struct Sublayer {
  std::string norm, mixer;
  std::function<std::unique_ptr<Mixer>(const MixerPlace& place)> make;
};

// A stack that is still to be made: what a family of models reads from its config.
struct Architecture {
  StackConfig config;
  std::vector<Sublayer> sublayers;  // of every layer
};
using ReadArchitecture = Architecture (*)(config::Reader& model);

// x + mixer(norm(x)) for every sublayer of every layer, and a last norm, "norm_f".
class Stack {
 public:
  Stack(const nn::Scope& s, const Architecture& a);

  Tensor operator()(const Tensor& x, nn::Training* training) const;  // [batch, time, width]

  using State = std::vector<std::unique_ptr<MixerState>>;
  State start() const;
  Tensor step(const Tensor& x, State& state) const;  // as Mixer::step

  struct Row {
    std::string name;  // "layers.0.norm", "layers.0.mixer", ..., "norm_f"
    MixerCost cost;
  };
  std::vector<Row> rows() const;
  const StackConfig& config() const { return c_; }

 private:
  struct Part {
    std::string norm_name, name;
    nn::Norm norm;
    std::unique_ptr<Mixer> mixer;
  };

  StackConfig c_;
  nn::Dropout dropout_;
  std::vector<Part> parts_;
  nn::Norm norm_;
};

}  // namespace dlt::models
