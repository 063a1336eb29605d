#include "models/vision/onnx_attributes.h"

#include <string>

namespace dlt::models::vision {

Attributes attributes(const Conv& c) {
  const ops::Conv& o = c.options;
  return {{"kernel_shape", ints(c.kernel)},
          {"strides", ints(o.stride)},
          {"pads", around(o.padding)},
          {"dilations", ints(o.dilation)},
          {"group", o.groups}};
}

Attributes attributes(const ConvTranspose& c) {
  const ops::ConvTranspose& o = c.options;
  return {{"kernel_shape", ints(c.kernel)}, {"strides", ints(o.stride)},
          {"pads", around(o.padding)},      {"output_padding", ints(o.output_padding)},
          {"dilations", ints(o.dilation)},  {"group", o.groups}};
}

Attributes attributes(const Resize& r) {
  using std::string;
  const io::OnnxAttribute half = {"coordinate_transformation_mode", string("half_pixel")};
  switch (r.kind) {
    case ops::Interpolation::nearest:
      return {{"coordinate_transformation_mode", string("asymmetric")},
              {"nearest_mode", string("floor")}};
    case ops::Interpolation::nearest_exact:
      return {half, {"nearest_mode", string("round_prefer_ceil")}};
    case ops::Interpolation::linear:
      return {half, {"mode", string("linear")}};
    default:  // bicubic
      return {half, {"mode", string("cubic")}, {"cubic_coeff_a", -0.75f}};
  }
}

}  // namespace dlt::models::vision
