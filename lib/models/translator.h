#pragma once

#include <string>
#include <vector>

#include "models/seq2seq/search.h"

namespace dlt::models {

// A model that turns lines of text into lines of text.
class Translator {
 public:
  virtual ~Translator() = default;
  // A line that is longer than the model can take is an Error (Exit::data) that names its number,
  // first_line being that of lines[0].
  virtual std::vector<std::string> translate(const std::vector<std::string>& lines,
                                             std::int64_t first_line,
                                             const SearchOptions& options) const = 0;
};

}  // namespace dlt::models
