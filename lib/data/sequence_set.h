#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "data/example_set.h"
#include "data/sequences.h"

namespace dlt::data {

// What a network must know of the sequences it is made for.
struct SequenceShape {
  std::int64_t vocabulary = 0;  // ids are below it; 0: steps are numbers
  std::int64_t channels = 0;    // of those numbers
  std::int64_t longest = 0;     // steps of what is trained on
  Target target = Target::classes;
  std::int64_t outputs = 0;  // classes, or numbers to predict
  bool asks_steps = false;   // classes of some steps, not of a sequence as a whole
  double unit = 1;           // an error of 1 in a number to predict, in the unit of the data
};

struct SequenceSplit {
  Sequences train, valid;  // valid may be empty
};

// Where a sequence model gets its examples from: the object "data" of its config.
class SequenceSet {
 public:
  virtual ~SequenceSet() = default;

  // Reads the files, and learns from the training part what evaluation needs: see kept().
  virtual SequenceSplit open() = 0;
  // Held-out examples alone: those of `file`, or where it is "" those of the config.
  virtual Sequences held_out(const std::string& file) = 0;
  virtual SequenceShape shape() const = 0;  // after open() or restore()

  // What open() has learned as JSON, for a run folder; "": nothing. A data set that takes it back
  // needs no training data. `path`: for messages.
  virtual std::string kept() const { return ""; }
  virtual void restore(const std::string& /*json*/, const std::string& /*path*/) {}
  // Nothing is opened: shape() and open() work without any file.
  virtual bool made_up() const { return false; }

  // Of texts: what their classes are called, and what a text becomes.
  virtual std::vector<std::string> labels() const { return {}; }
  virtual Sequence read(std::string_view /*text*/) const { return {}; }
};

using MakeSequenceSet = std::unique_ptr<SequenceSet> (*)(config::Reader& data);
const Registry<MakeSequenceSet>& sequence_sets();

std::unique_ptr<SequenceSet> make_pixels(config::Reader& data);
std::unique_ptr<SequenceSet> make_text_classes(config::Reader& data);
std::unique_ptr<SequenceSet> make_listops(config::Reader& data);
std::unique_ptr<SequenceSet> make_selective_copy(config::Reader& data);
std::unique_ptr<SequenceSet> make_induction(config::Reader& data);
std::unique_ptr<SequenceSet> make_series(config::Reader& data);

// `all` without those that are held out, and those; see held_out_members().
SequenceSplit split(const std::vector<Sequence>& all, double fraction);

}  // namespace dlt::data
