#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/vision/fold.h"

namespace dlt::models::vision {

// A folded network ready to run again and again, without autograd. Every array of a pass has its
// place in one block of memory, which arrays that are not wanted at one time share. What goes from
// step to step are lists of channels, each anywhere in the block: taking some, bringing several
// together and shuffling them costs nothing.
class Plan {
 public:
  explicit Plan(const Folded& net);
  Plan(Plan&&) = default;

  // x [batch, channels, height, width] of the network's size; one image after the other, so that
  // the memory does not depend on the batch. Not for two threads at one time.
  Tensor operator()(const Tensor& x);

  std::int64_t memory() const { return arena_.size(); }         // numbers in the block
  std::int64_t memory_without_reuse() const { return whole_; }  // if every array had its own place

 private:
  class Maker;

  Shape input_, output_;  // of one image
  Tensor arena_;
  std::int64_t whole_ = 0;
  std::vector<std::function<void()>> steps_;
  std::vector<std::int64_t> output_planes_;  // where they are in the block
  std::int64_t input_place_ = 0;
};

}  // namespace dlt::models::vision
