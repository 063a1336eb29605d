#pragma once

#include "config/reader.h"
#include "ops/pool.h"

namespace dlt::api {

// Attributes of every pooling: its windows, each side at most `most_side` elements. The stride is
// the kernel where none is given.
inline ops::Pool read_windows(config::Reader& r, std::int64_t most_side) {
  ops::Pool p;
  r.need("kernel_size", "an integer or a list of two: height, width");
  r.field("kernel_size", p.kernel, 1, most_side);
  p.stride = p.kernel;
  r.field("stride", p.stride, 1, most_side);
  r.field("padding", p.padding, 0, most_side);
  return p;
}

inline ops::CountPadding read_count(config::Reader& r) {
  bool count = true;
  r.field("count_include_pad", count);
  return count ? ops::CountPadding::yes : ops::CountPadding::no;
}

}  // namespace dlt::api
