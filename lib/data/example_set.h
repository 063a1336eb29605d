#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "data/examples.h"

namespace dlt::data {

struct ExampleSplit {
  Examples train, valid;  // valid may be empty
};

// What `dlt data check` says of one part of a data set.
struct Findings {
  std::string part, source;  // "train", and its files
  std::int64_t examples = 0, bytes = 0;
  std::vector<std::pair<std::string, std::int64_t>> classes;  // of examples, or of pixels; or none
  std::array<std::int64_t, 2> smallest{}, largest{};  // pictures as they are in the files; or zeros
  std::vector<std::string> bad;                       // a sentence for each file
};

// What is done to pixels in [0, 1]: (x - mean) / deviation. One number for all channels, or one for
// each; none: they are no pictures.
struct Normalization {
  std::vector<double> mean, deviation;
};

// Where a model gets its examples from: the object "data" of its config.
class ExampleSet {
 public:
  virtual ~ExampleSet() = default;

  // Reads the files, and learns from the training part what evaluation needs: see kept().
  virtual ExampleSplit open() = 0;
  // Held-out examples alone: those of `file`, or where it is "" those of the config.
  virtual Examples held_out(const std::string& file) = 0;

  // What open() has learned (columns, means, classes) as JSON, for a run folder; "": nothing. A
  // data set that takes it back with restore() needs no training data. `path`: for messages.
  virtual std::string kept() const { return ""; }
  virtual void restore(const std::string& json, const std::string& path);

  virtual Augment augment() const { return {}; }
  // Names of the classes where they have any, known after open() or restore().
  virtual std::vector<std::string> class_names() const { return {}; }
  virtual Normalization normalization() const { return {}; }
  // Looks at all files, and goes on after those that cannot be read.
  virtual std::vector<Findings> check();

  // Told of the part that is done, from 0 to 1, while many files are read; one call at a time.
  std::function<void(double done)> on_progress;
};

enum class Target : bool { classes, numbers };  // what there is to predict

using MakeExampleSet = std::unique_ptr<ExampleSet> (*)(config::Reader& data, Target target);
const Registry<MakeExampleSet>& example_sets();

std::unique_ptr<ExampleSet> make_idx_images(config::Reader& data, Target target);
std::unique_ptr<ExampleSet> make_csv(config::Reader& data, Target target);
std::unique_ptr<ExampleSet> make_image_folder(config::Reader& data, Target target);
std::unique_ptr<ExampleSet> make_image_masks(config::Reader& data, Target target);

// Whether example i of `size` is held out, where `fraction` of them are. The same for every seed.
std::vector<std::int64_t> held_out_members(std::int64_t size, double fraction);
// `all` split in those and the rest, each in the old order.
ExampleSplit split(Examples all, double fraction);

// An Error (Exit::data) if a file is not there; `key` asked for it.
void check_file(const std::string& key, const std::string& path);

}  // namespace dlt::data
