#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/reader.h"
#include "ngram/training.h"

namespace dlt::models {

// A config of lm.ngram.
struct NgramSettings {
  ngram::TrainSettings train;
  ngram::Values values = ngram::Values::exact;
  std::vector<std::string> texts;  // to count
  std::string valid;               // a text to evaluate on; "": valid_fraction of `texts`
  double valid_fraction = 0;       // of the bytes of each text, at its end

  static NgramSettings read(config::Reader& root);
};

}  // namespace dlt::models
