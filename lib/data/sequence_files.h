#pragma once

#include "data/sequence_set.h"

namespace dlt::data {

// A set of sequences of ids that are lines of a file; some are held out unless another file has
// them.
class SequenceFiles : public SequenceSet {
 public:
  SequenceSplit open() override;
  Sequences held_out(const std::string& file) override;

 protected:
  // Reads the keys "train", "valid" and "valid_fraction". `advice`: where files come from.
  SequenceFiles(config::Reader& data, std::string_view advice);

  virtual std::vector<Sequence> read_all(const std::string& path) = 0;

 private:
  std::vector<Sequence> checked(const std::string& key, const std::string& path);
  std::vector<Sequence> training();

  std::string train_, valid_;
  double valid_fraction_ = 0.1;
  std::string_view advice_;
};

}  // namespace dlt::data
