#pragma once

#include "config/reader.h"

namespace dlt::api {

// Attributes of every convolution, into an ops::Conv, Conv1d or ConvTranspose. `widest` is the most
// for those that are measured in elements.
template <class Conv>
Conv read_conv(config::Reader& r, std::int64_t widest) {
  Conv c;
  r.field("stride", c.stride, 1, widest);
  r.field("padding", c.padding, 0, widest);
  if constexpr (requires { c.output_padding; }) {
    r.field("output_padding", c.output_padding, 0, widest);
  }
  r.field("dilation", c.dilation, 1, widest);
  r.field("groups", c.groups, 1, 1 << 20);
  return c;
}

}  // namespace dlt::api
