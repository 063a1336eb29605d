#pragma once

#include <cstdint>
#include <string>

namespace dlt::app {

struct EmbedConvertOptions {
  std::string in, out;
  std::string format;    // "": by the ending of `out`, word2vec's text if it tells nothing
  std::int64_t top = 0;  // the first words only; 0: all
  bool normalize = false;
};
void embed_convert(const EmbedConvertOptions& options);

}  // namespace dlt::app
