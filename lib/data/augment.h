#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "config/reader.h"
#include "vision/colour.h"

namespace dlt::data {

// How pictures are changed while training, each by what derive(seed, its place in the batch) draws.
struct Augment {
  bool flip = false;                              // left and right, half of the time
  std::int64_t shift = 0;                         // up to this many pixels in both directions
  vision::Border border = vision::Border::black;  // what comes in then

  // A part with so much of the area, and of so much width to height, resized to the whole (Szegedy
  // et al., arXiv 1409.4842); {1, 1}: all of it.
  std::array<double, 2> crop = {1, 1};
  std::array<double, 2> aspect = {0.75, 4.0 / 3};

  // A factor between 1 - x and 1 + x; hue in turns, -x to x.
  double brightness = 0, contrast = 0, saturation = 0, hue = 0;

  double erase = 0;  // the part of pictures in which a box becomes 0 (arXiv 1708.04896)
  double mixup = 0;  // each is mixed with another, the share by Beta(mixup, mixup); 0: not

  bool crops() const { return crop[0] < 1; }
  bool recolours() const { return brightness > 0 || contrast > 0 || saturation > 0 || hue > 0; }
  bool any() const { return flip || shift > 0 || crops() || recolours() || erase > 0 || mixup > 0; }
};

enum class Mixing : bool { no, yes };
// The object "augment". Mixing::no: of pictures whose targets cannot be mixed, which have no
// "mixup".
Augment read_augment(config::Reader& data, Mixing mixing = Mixing::yes);

// What is changed in one picture of this size.
class Change {
 public:
  Change(const Augment& a, std::uint64_t seed, std::int64_t height, std::int64_t width);

  // to [channels, height, width] = the picture `from` of that shape, changed, as pixel * scale[c] +
  // shift[c].
  void apply(const std::uint8_t* from, const vision::Planes& to, std::span<const real> scale,
             std::span<const real> shift) const;
  // The same change of a class for each pixel [height, width]; what comes in at a black border is
  // class 0.
  void apply_mask(const std::uint8_t* from, std::uint8_t* to) const;

 private:
  template <class T>
  void move(const std::uint8_t* from, T* to) const;  // one plane, mirrored and shifted

  std::int64_t height_, width_;
  vision::Border border_;
  bool flip_ = false;
  std::int64_t down_ = 0, right_ = 0;
  bool crops_ = false;
  vision::Region part_;
  vision::ColourChange colours_;
  vision::Box erased_;  // without area: none
};

// The share that each picture of a batch keeps of itself with mixup.
double drawn_share(double mixup, std::uint64_t seed);

}  // namespace dlt::data
