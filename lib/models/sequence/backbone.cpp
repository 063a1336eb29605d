#include "models/sequence/backbone.h"

#include "models/transformer/transformer.h"

namespace dlt::models {
namespace {

class StackBackbone : public Backbone {
 public:
  StackBackbone(const nn::Scope& s, const Architecture& a) : stack_(s, a) {}
  Tensor operator()(const Tensor& x, nn::Training* training) const override {
    return stack_(x, training);
  }
  std::vector<Stack::Row> rows(std::int64_t /*time*/) const override { return stack_.rows(); }

 private:
  Stack stack_;
};

class RecurrentBackbone : public Backbone {
 public:
  RecurrentBackbone(const nn::Scope& s, std::int64_t width, const nn::Recurrent::Options& o)
      : width_(width), options_(o), recurrent_(s, width, width, o) {}
  Tensor operator()(const Tensor& x, nn::Training* training) const override {
    return recurrent_(x, training);
  }
  // Gates and states are kept.
  std::vector<Stack::Row> rows(std::int64_t /*time*/) const override {
    const std::int64_t gates = nn::gates(options_.cell) * options_.layers;
    return {{"",
             {.macs = 2 * gates * width_ * width_,
              .kept = (gates + 2 * options_.layers) * width_,
              .state = 2 * options_.layers * width_}}};
  }

 private:
  std::int64_t width_;
  nn::Recurrent::Options options_;
  nn::Recurrent recurrent_;
};

class TransformerBackbone : public Backbone {
 public:
  TransformerBackbone(const nn::Scope& s, const TransformerConfig& c) : c_(c), blocks_(s, c) {}
  Tensor operator()(const Tensor& x, nn::Training* training) const override {
    return blocks_(x, training);
  }
  std::vector<Stack::Row> rows(std::int64_t time) const override {
    std::vector<Stack::Row> all;
    for (const PartCost& part : part_costs(c_, time)) {
      all.push_back({part.name, {.macs = part.macs, .kept = part.kept}});
    }
    return all;
  }

 private:
  TransformerConfig c_;
  TransformerBlocks blocks_;
};

}  // namespace

BackbonePlan plan_stack(const Architecture& architecture) {
  BackbonePlan plan;
  plan.width = architecture.config.width;
  plan.make = [architecture](const nn::Scope& s) {
    return std::make_unique<StackBackbone>(s, architecture);
  };
  return plan;
}

BackbonePlan read_recurrent(config::Reader& model, nn::Cell cell) {
  constexpr std::int64_t most_layers = 1000, widest = 1 << 20;
  nn::Recurrent::Options o{.cell = cell, .layers = 2};
  BackbonePlan plan;
  plan.width = 256;
  model.field("layers", o.layers, 1, most_layers);
  model.field("width", plan.width, 1, widest);
  model.field("dropout", o.dropout, 0, 0.95);
  plan.make = [o, width = plan.width](const nn::Scope& s) {
    return std::make_unique<RecurrentBackbone>(s, width, o);
  };
  return plan;
}

BackbonePlan read_transformer(config::Reader& model) {
  const auto c = TransformerConfig::read_blocks(model);
  BackbonePlan plan;
  plan.width = c.width;
  plan.longest = c.context;
  plan.input_deviation = c.init_deviation;
  plan.make = [c](const nn::Scope& s) { return std::make_unique<TransformerBackbone>(s, c); };
  return plan;
}

}  // namespace dlt::models
