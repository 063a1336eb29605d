#include "models/sequential/settings.h"

#include <algorithm>

#include "models/epochs.h"
#include "models/kept_data.h"

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

SequentialSettings::SequentialSettings(config::Reader& root, const Origin& origin,
                                       const Unseen& unseen)
    : objective(read_objective(root)), set(read_set(root, objective.target())) {
  auto model = model_of(root), train = root.child("train");
  auto signed_seed = static_cast<std::int64_t>(seed);
  root.field("seed", signed_seed, 0);
  seed = static_cast<std::uint64_t>(signed_seed);
  train.field("batch", batch, 0, 1 << 20);  // 0: all there is
  train.field("eval_batches", eval_batches, 0);
  const double epochs = read_epochs(train);

  const bool sized = model.has("input") && (unseen.classes == 0 || model.has("classes"));
  open(origin, sized && epochs == 0);
  read_input(model, unseen);
  if (opened && batch == 0) batch = opened->train.size();
  batch = std::max<std::int64_t>(batch, 1);
  if (epochs > 0) {
    if (!opened) train.fail("epochs", "there are no data whose size would be known: give steps");
    set_steps(root, train, epochs, opened->train.size(), batch);
  }
  fit = train::FitConfig::read(train);
}

void SequentialSettings::read_input(config::Reader& model, const Unseen& unseen) {
  std::vector<std::int64_t> dims = opened ? opened->train.item.dims() : unseen.input.dims();
  if (dims.empty()) model.need("input", "the shape of one example, as there are no data to see it");
  model.field("input", dims, 1, 1 << 24);
  input = Shape(std::move(dims));
  if (opened && input != opened->train.item) {
    model.fail("input",
               fmt::format("the data have inputs of {}, not {}", opened->train.item, input));
  }
  if (unseen.classes == 0) return;
  classes = unseen.classes;
  if (opened) classes = std::max(opened->train.classes, opened->train.outputs);
  model.field("classes", classes, 1, 1 << 20);
}

void SequentialSettings::open(const Origin& origin, bool look_is_enough) {
  if (set == nullptr) return;
  if (origin.from_run()) return restore_kept(*set, origin.run);
  if (origin.purpose == Purpose::look && look_is_enough) return;
  opened = set->open();
}

}  // namespace dlt::models
