#pragma once

#include <cstdint>
#include <span>
#include <vector>

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
  std::vector<real> targets;         // [size, outputs]
  std::int64_t outputs = 0;          // numbers to predict for each input; 0: a class
  std::int64_t classes = 0;

  std::int64_t size() const {
    return outputs > 0 ? std::ssize(targets) / outputs : std::ssize(labels);
  }
};

struct Augment {
  bool flip = false;       // left and right, half of the time
  std::int64_t shift = 0;  // up to this many pixels in both directions; black comes in

  bool any() const { return flip || shift > 0; }
};

struct ExampleBatch {
  Tensor x;        // [batch, item]
  Indices labels;  // [batch], or empty
  Tensor targets;  // [batch, outputs], or undefined
};

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
