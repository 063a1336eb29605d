#include "models/sequential/settings.h"

#include <algorithm>
#include <cmath>

#include "base/file.h"

namespace dlt::models {
namespace {

config::Reader model_of(config::Reader& root) { return root.child("model"); }

Objective read_objective(config::Reader& root) {
  auto model = model_of(root);
  return Objective(model);
}

std::unique_ptr<data::ExampleSet> read_set(config::Reader& root, data::Target target) {
  if (!root.has("data")) return nullptr;
  auto data = root.child("data");
  std::string name;
  data.need("name", "the name of a data set: images.idx or csv");
  return data.named("name", name, data::example_sets()).make(data, target);
}

}  // namespace

SequentialSettings::SequentialSettings(config::Reader& root, const Origin& origin)
    : objective(read_objective(root)), set(read_set(root, objective.target())) {
  auto model = model_of(root), train = root.child("train");
  auto signed_seed = static_cast<std::int64_t>(seed);
  root.field("seed", signed_seed, 0);
  seed = static_cast<std::uint64_t>(signed_seed);
  train.field("batch", batch, 0, 1 << 20);  // 0: all there is
  train.field("eval_batches", eval_batches, 0);
  double epochs = 0;
  train.shorthand("epochs", epochs, 0, 1e6);
  if (epochs > 0 && train.has("steps")) train.fail("epochs", "give epochs or steps, not both");

  open(origin, model.has("input") && epochs == 0);
  std::vector<std::int64_t> dims;
  if (opened) dims = opened->train.item.dims();
  if (dims.empty()) model.need("input", "the shape of one example, as there are no data to see it");
  model.field("input", dims, 1, 1 << 24);
  input = Shape(std::move(dims));
  if (opened && input != opened->train.item) {
    model.fail("input",
               fmt::format("the data have inputs of {}, not {}", opened->train.item, input));
  }
  if (opened && batch == 0) batch = opened->train.size();
  batch = std::max<std::int64_t>(batch, 1);
  if (epochs > 0) read_steps(root, train, epochs);
  fit = train::FitConfig::read(train);
}

void SequentialSettings::open(const Origin& origin, bool look_is_enough) {
  if (set == nullptr) return;
  if (origin.from_run()) {
    if (set->kept().empty()) return;
    const std::string path = origin.run + "/data.json";
    return set->restore(read_file(path, Exit::damaged), path);
  }
  if (origin.purpose == Purpose::look && look_is_enough) return;
  opened = set->open();
}

// Steps are what a run is counted in: its own config has them in place of epochs.
void SequentialSettings::read_steps(config::Reader& root, config::Reader& train, double epochs) {
  if (!opened) train.fail("epochs", "there are no data whose size would be known: give steps");
  std::int64_t accumulate = 1;
  train.field("accumulate", accumulate, 1, 1 << 20);
  const double examples = epochs * static_cast<double>(opened->train.size());
  const double steps =
      std::ceil(examples / (static_cast<double>(batch) * static_cast<double>(accumulate)));
  root.set(fmt::format("train.steps={}", static_cast<std::int64_t>(std::min(steps, 9e15))));
}

}  // namespace dlt::models
