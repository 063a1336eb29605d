#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "io/onnx_file.h"
#include "models/gradient_flow.h"
#include "models/language.h"
#include "models/text_classes.h"
#include "train/fit.h"
#include "train/run.h"
#include "train/task.h"

namespace dlt::models {

class Translator;

// One line of `dlt inspect`.
struct LayerRow {
  std::string name;
  Shape output;  // for one training batch
  std::int64_t parameters = 0;
  std::int64_t macs = 0;  // multiply-adds of the forward pass, one training batch
  std::array<std::int64_t, 2> receptive_field{};  // of pictures, in pixels; 0: not known
  bool in_training_alone = false;                 // of an auxiliary head
};

struct Summary {
  std::vector<LayerRow> layers;
  std::int64_t parameters = 0;
  double flops_per_step = 0;        // forward, backward and update's matrix products
  std::int64_t items_per_step = 0;  // tokens, images
  std::int64_t weight_bytes = 0;    // the parameters alone
  std::int64_t training_bytes = 0;  // estimated peak of a training step
};

// What `dlt` can do with any model, whether it learns by gradients or by counting.
class Model {
 public:
  virtual ~Model() = default;

  // Opens the training data, so that what is wrong with them is said before a run is made or
  // overwritten. `run`: the folder of the one to resume; "" for a new one. Where that takes long it
  // is shown, if not `quiet`.
  virtual void open_data(const std::string& run) = 0;
  virtual train::FitResult train(train::Run& run, const train::FitOptions& options) = 0;  // then
  // On the run's own held-out data, or on the file `data` where it is not empty.
  virtual train::Metrics evaluate(const std::string& data) = 0;
  virtual void load(const std::string& checkpoint) = 0;  // a folder of a run's checkpoints/

  virtual Summary summary() const = 0;
  // Ways to write the trained model for other programs: "safetensors", "hf", ...
  virtual std::vector<std::string_view> export_formats() const = 0;
  virtual void export_weights(std::string_view format, const std::string& path) const = 0;
  // Reads back what export_weights wrote and says what was compared; an Error where it differs.
  // "": the model is all tensors, which the caller compares.
  virtual std::string check_export(std::string_view /*format*/, const std::string& /*path*/) const {
    return "";
  }

  // The gradient training task on made-up data, for bench and gradcheck; no file is opened.
  virtual train::Task& synthetic_task() = 0;
  virtual LanguageModel* language() { return nullptr; }      // if it can continue a text
  virtual TextClasses* text_classes() { return nullptr; }    // if it can tell classes of texts
  virtual GradientFlow* gradient_flow() { return nullptr; }  // if its losses reach back over tokens
  virtual Translator* translator() { return nullptr; }       // if it can translate lines

  // The trained model as a graph that other programs run, if it has such a form.
  virtual std::optional<io::OnnxModel> onnx() const { return {}; }

  bool quiet = false;
};

// What a model is made for. One to look at has no weights to speak of, so it may be of any size.
enum class Purpose : std::uint8_t { train, look };

// Where a model comes from: a config alone, or a run folder, whose tokenizer is used and whose
// checkpoint will be loaded, so that nothing is initialized.
struct Origin {
  std::string run;
  Purpose purpose = Purpose::train;
  bool untrained = false;  // of a run: its tokenizer, and weights as they were before training
  bool from_run() const { return !run.empty(); }
};

struct ModelType {
  std::unique_ptr<Model> (*make)(config::Reader& root, const Origin& origin);
  std::string_view example;  // a config to look at, as short as can be

  bool operator==(const ModelType& o) const { return make == o.make; }
};
const Registry<ModelType>& catalog();

// Everything that a config of this model may hold.
std::vector<config::Attribute> attributes_of(const ModelType& type);

// Reads the whole config, makes the model its `model.name` asks for, and complains about every key
// that nobody read.
std::unique_ptr<Model> make_model(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
