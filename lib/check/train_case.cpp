#include "check/train_case.h"

#include "base/error.h"
#include "check/compare.h"
#include "check/imported.h"
#include "io/safetensors.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "train/step.h"

namespace dlt::check {
namespace {

constexpr const char* recipe_optimizer =
    R"({"name": "adamw", "lr": 3e-3, "betas": [0.9, 0.95], "weight_decay": 0.1})";
constexpr const char* recipe_schedule = R"({"name": "cosine", "warmup": 5})";

// Step i trains on tokens[i - 1] of tokens [steps, batch, time].
class Replayed : public train::Task {
 public:
  Replayed(Imported& model, Indices tokens) : model_(model), tokens_(std::move(tokens)) {}

  nn::Params& params() override { return model_.params; }

  Tensor loss(std::int64_t step, std::int64_t) override {
    const std::int64_t batch = tokens_.shape().dim(1), time = tokens_.shape().dim(2);
    std::vector<std::int32_t> input, target;
    for (std::int64_t row = (step - 1) * batch; row < step * batch; ++row) {
      const auto first = tokens_.values().begin() + row * time;
      input.insert(input.end(), first, first + time - 1);
      target.insert(target.end(), first + 1, first + time);
    }
    const Shape shape{batch, time - 1};
    return model_.net.loss({shape, std::move(input)}, {shape, std::move(target)}, nullptr);
  }

  train::Metrics evaluate() override { return {}; }
  std::int64_t items_per_part() const override {
    return tokens_.shape().dim(1) * (tokens_.shape().dim(2) - 1);
  }
  std::string_view item_name() const override { return "tokens"; }

 private:
  Imported& model_;
  Indices tokens_;
};

}  // namespace

std::vector<Outcome> replay_training(const std::string& dir) {
  Imported model(dir);
  const io::SafetensorsFile expected(dir + "/expected.safetensors");
  const Indices tokens = expected.indices("tokens");
  const bool fits = tokens.shape().rank() == 3 && tokens.shape().dim(2) >= 2 &&
                    tokens.shape().dim(2) <= model.config.context + 1;
  require(fits, Exit::data, "{}: tokens {} is not [steps, batch, time] with a time from 2 to {}",
          expected.path(), tokens.shape(), model.config.context + 1);

  const std::int64_t steps = tokens.shape().dim(0);
  Replayed task(model, tokens);
  const auto settings = optim::OptimizerConfig::parse(recipe_optimizer);
  optim::Optimizer optimizer(model.params, settings);
  const auto lr = optim::ScheduleConfig::parse(recipe_schedule).make(settings.lr, steps);

  Tensor losses = Tensor::zeros({steps}), norms = Tensor::zeros({steps});
  for (std::int64_t step = 1; step <= steps; ++step) {
    const auto result = train::train_step(task, optimizer, {.clip = 1}, lr(step), step);
    losses.mutable_data()[step - 1] = static_cast<real>(result.loss);
    norms.mutable_data()[step - 1] = static_cast<real>(result.grad_norm);
  }
  return {compare("losses", losses, expected.tensor("losses")),
          compare("grad_norms", norms, expected.tensor("grad_norms")),
          compare("final_wte", model.params.all().at("embedding.weight").detach(),
                  expected.tensor("final_wte"))};
}

}  // namespace dlt::check
