#pragma once

#include <string>
#include <vector>

#include "ngram/training.h"

namespace dlt::app {

struct NgramTrainOptions {
  std::vector<std::string> texts;
  std::string out;
  ngram::TrainSettings settings;
  std::string unit = "words", smoothing = "modified_kneser_ney", memory = "50%";
  bool back_off = false, raw_unigrams = false, skip_symbols = false;
  bool quantize = false, json = false, quiet = false;
};
void ngram_train(const NgramTrainOptions& options);

ngram::Unit unit_of(const std::string& name);  // words, chars, bytes

}  // namespace dlt::app
