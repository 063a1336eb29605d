#include "data/sequence_files.h"

#include "base/error.h"

namespace dlt::data {

SequenceFiles::SequenceFiles(config::Reader& data, std::string_view advice) : advice_(advice) {
  data.field("train", train_);
  data.field("valid", valid_);
  data.field("valid_fraction", valid_fraction_, 0, 0.99);
}

SequenceSplit SequenceFiles::open() {
  SequenceSplit both = split(training(), valid_.empty() ? valid_fraction_ : 0);
  if (!valid_.empty()) both.valid = in_memory(checked("data.valid", valid_), 0);
  return both;
}

Sequences SequenceFiles::held_out(const std::string& file) {
  if (!file.empty()) return in_memory(checked("--data", file), 0);
  if (!valid_.empty()) return in_memory(checked("data.valid", valid_), 0);
  return split(training(), valid_fraction_).valid;
}

std::vector<Sequence> SequenceFiles::checked(const std::string& key, const std::string& path) {
  check_file(key, path);
  return read_all(path);
}

std::vector<Sequence> SequenceFiles::training() {
  require(!train_.empty(), Exit::usage, "data.train names no file: give one, {}", advice_);
  return checked("data.train", train_);
}

}  // namespace dlt::data
