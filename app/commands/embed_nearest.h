#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct EmbedNearestOptions {
  std::string vectors;
  std::vector<std::string>
      words;  // queries: words and sums of words; none: lines of standard input
  std::vector<std::string> plus, minus;  // one query more
  std::int64_t top = 10, repeat = 1;
  bool json = false;
};
void embed_nearest(const EmbedNearestOptions& options);

}  // namespace dlt::app
