#pragma once

#include <cstdint>
#include <vector>

#include "models/vision/arena.h"
#include "models/vision/fold.h"

namespace dlt::models::vision {

// Where the planes of a value are: one for each channel of an image, one for a list of features.
using Planes = std::vector<std::int64_t>;

// A step that computes something: what it reads and where it writes, in one block of memory.
struct PlannedStep {
  std::int64_t step = 0;       // of the folded network
  std::vector<Planes> inputs;  // where the channels of its inputs are
  std::int64_t output = 0;     // where its own begin, one behind the other
  std::int64_t together = -1;  // where the input's are to be copied first; -1: not needed
};

struct Layout {
  std::vector<PlannedStep> steps;
  Planes output;
  std::int64_t input = 0;        // where the image has to be
  std::int64_t size = 0;         // of the block, in numbers
  std::int64_t size_of_all = 0;  // of all arrays, if none shared memory
};
Layout lay_out(const Folded& net);

// Channels that are neighbours both where they are and in the step's output.
struct PlaneRun {
  std::int64_t from, first, count;
};
std::vector<PlaneRun> runs(const Planes& planes, std::int64_t plane_size);

}  // namespace dlt::models::vision
