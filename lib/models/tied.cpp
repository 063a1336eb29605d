#include "models/tied.h"

#include <fmt/format.h>

namespace dlt::models {

bool read_tied(config::Reader& r, std::int64_t embedding, std::int64_t width) {
  bool tied = embedding == width;
  r.field("tied", tied);
  if (tied && embedding != width) {
    r.fail("tied", fmt::format("a head that is the embedding table needs embedding = {} to be "
                               "width = {}",
                               embedding, width));
  }
  return tied;
}

}  // namespace dlt::models
