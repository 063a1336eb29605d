#pragma once

#include <memory>
#include <string>

#include "base/registry.h"
#include "config/reader.h"
#include "data/examples.h"

namespace dlt::data {

struct ExampleSplit {
  Examples train, valid;  // valid may be empty
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
};

enum class Target : bool { classes, numbers };  // what there is to predict

using MakeExampleSet = std::unique_ptr<ExampleSet> (*)(config::Reader& data, Target target);
const Registry<MakeExampleSet>& example_sets();

std::unique_ptr<ExampleSet> make_idx_images(config::Reader& data, Target target);
std::unique_ptr<ExampleSet> make_csv(config::Reader& data, Target target);

// Whether example i of `size` is held out, where `fraction` of them are. The same for every seed.
std::vector<std::int64_t> held_out_members(std::int64_t size, double fraction);
// `all` split in those and the rest, each in the old order.
ExampleSplit split(Examples all, double fraction);

// An Error (Exit::data) if a file is not there; `key` asked for it.
void check_file(const std::string& key, const std::string& path);

}  // namespace dlt::data
