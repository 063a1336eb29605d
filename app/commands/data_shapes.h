#pragma once

#include <cstdint>
#include <string>

namespace dlt::app {

struct ShapesOptions {
  std::int64_t count = 1000, size = 64, most = 4, seed = 1;
  std::string out;
};
// dlt data make shapes: made-up pictures as DIR/images/*.png; the class of each pixel as
// DIR/masks/*.png; DIR/labels.csv with the class of the largest shape; DIR/boxes.json in COCO's
// format. The same seed gives the same bytes.
void data_make(const ShapesOptions& options);

}  // namespace dlt::app
