#pragma once

#include <optional>
#include <string>

#include "ngram/arpa.h"

namespace dlt::app {

struct NgramConvertOptions {
  std::string in, out;  // out: .arpa, .arpa.gz or .ngram; "-": ARPA from or to a pipe
  bool quantize = false;
  std::optional<ngram::ArpaStyle> style;  // else that of the ARPA file that the model was
  std::optional<ngram::Unit> unit;        // else what the model says
  bool json = false;
};
// Prints the n-grams of each length, and the bytes of both files.
void ngram_convert(const NgramConvertOptions& options);

struct NgramInfoOptions {
  std::string model;
  bool json = false;
};
void ngram_info(const NgramInfoOptions& options);

}  // namespace dlt::app
