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
  std::string valid;               // a text to evaluate on; "": none

  static NgramSettings read(config::Reader& root);
};

}  // namespace dlt::models
