#include "models/sequence/settings.h"

#include <algorithm>

#include "models/epochs.h"
#include "models/kept_data.h"

namespace dlt::models {
namespace {

std::unique_ptr<data::SequenceSet> read_set(config::Reader& root) {
  if (!root.has("data")) return nullptr;
  auto data = root.child("data");
  std::string name;
  data.need("name", "the name of a data set of sequences: text.classes, series, ...");
  return data.named("name", name, data::sequence_sets()).make(data);
}

}  // namespace

SequenceSettings::SequenceSettings(config::Reader& root, const Origin& origin, ReadBackbone read)
    : set(read_set(root)) {
  auto model = root.child("model"), train = root.child("train");
  auto signed_seed = static_cast<std::int64_t>(seed);
  root.field("seed", signed_seed, 0);
  seed = static_cast<std::uint64_t>(signed_seed);
  if (set == nullptr) {
    shape = {.vocabulary = 256, .longest = 256, .outputs = 10};
  } else {
    if (origin.from_run()) {
      restore_kept(*set, origin.run);
    } else {
      opened = set->open();
    }
    shape = set->shape();
  }
  read_model(model, read);
  train.field("batch", batch, 1, 1 << 20);
  train.field("eval_batches", eval_batches, 0);
  if (const double epochs = read_epochs(train); epochs > 0) {
    if (!opened || opened->train.size == data::Sequences::endless) {
      train.fail("epochs", "there are no data whose size would be known: give steps");
    }
    set_steps(root, train, epochs, opened->train.size, batch);
  }
  fit = train::FitConfig::read(train);
}

void SequenceSettings::read_model(config::Reader& model, ReadBackbone read) {
  backbone = read(model);
  if (shape.vocabulary > 0) model.field("input_deviation", backbone.input_deviation, 0, 10);
  if (!shape.asks_steps) {
    model.choice("pooling", pooling, {{"mean", Pooling::mean}, {"last", Pooling::last}});
  }
  const bool numbers = shape.target == data::Target::numbers;
  if (numbers) model.preset(R"({"loss": "mse"})");
  objective.emplace(model);
  if (objective->target() != shape.target) {
    model.fail("loss", numbers ? "the data have numbers to predict: use mse, l1, smooth_l1 or huber"
                               : "the data have classes to tell: use cross_entropy");
  }
  if (set != nullptr && backbone.longest > 0 && shape.longest > backbone.longest) {
    model.fail("context", fmt::format("the data have sequences of {} steps, the model sees {}: use "
                                      "a larger context or shorter sequences",
                                      shape.longest, backbone.longest));
  }
}

void SequenceSettings::check_length(const data::Sequences& all, const std::string& what) const {
  if (backbone.longest == 0 || all.size == data::Sequences::endless) return;
  for (std::int64_t i = 0; i < all.size; ++i) {
    require(all.steps(i) <= backbone.longest, Exit::usage,
            "{}: a sequence has {} steps, the model sees {}: it cannot go beyond model.context",
            what, all.steps(i), backbone.longest);
  }
}

}  // namespace dlt::models
