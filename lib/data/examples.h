#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/augment.h"
#include "tensor/tensor.h"

namespace dlt::data {

// Inputs with their labels or targets, in memory.
struct Examples {
  Shape item;  // of one input: [1, 28, 28], [13]

  // Inputs [size, item]: numbers, or pixels, of which channel c stands for pixel * scale[c] +
  // shift[c].
  std::vector<real> numbers;
  std::vector<std::uint8_t> pixels;
  std::vector<real> scale, shift;

  std::vector<std::int32_t> labels;  // a class for each input; or
  std::vector<std::uint8_t> masks;   // for each pixel [size, height, width]; or
  std::vector<real> targets;         // [size, outputs]
  std::int64_t outputs = 0;          // numbers to predict for each input; 0: a class
  std::int64_t classes = 0;

  std::int64_t size() const {
    if (!masks.empty()) return std::ssize(masks) / area();
    return outputs > 0 ? std::ssize(targets) / outputs : std::ssize(labels);
  }
  std::int64_t area() const { return item.dim(-2) * item.dim(-1); }  // of images, in pixels
};

struct ExampleBatch {
  Tensor x;        // [batch, item]
  Indices labels;  // [batch], of pixels [batch, height, width] with unmarked ones as -1, or empty
  Tensor targets;  // [batch, outputs], or undefined

  // With mixup: example i is keep of itself and 1 - keep of one with the label others[i], so its
  // loss is keep * loss(labels) + (1 - keep) * loss(others).
  Indices others;
  real keep = 1;
};

// A pixel of a mask with this number has no class.
constexpr std::uint8_t unmarked = 255;

// The examples of these numbers. With `augment`, the one at place i of the batch is changed by what
// derive(seed, i) draws.
ExampleBatch gather(const Examples& all, std::span<const std::int64_t> members,
                    const Augment& augment = {}, std::uint64_t seed = 0);

// `batch` numbers below `size`: the part-th such stretch of an endless sequence in which every
// stretch of `size` holds each number once, in an order of its own. A pure function of its
// arguments.
std::vector<std::int64_t> shuffled(std::int64_t size, std::int64_t batch, std::int64_t part,
                                   std::uint64_t seed);

// A permutation of 0 .. size - 1 for each key, at one place.
std::int64_t permuted(std::int64_t i, std::int64_t size, std::uint64_t key);

}  // namespace dlt::data
