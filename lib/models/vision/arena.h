#pragma once

#include <cstdint>
#include <vector>

namespace dlt::models::vision {

// An array that is wanted from step `first` to step `last`, both included.
struct Lifetime {
  std::int64_t size;  // numbers
  std::int64_t first, last;
};

// Where each array begins in one block of `size` numbers: two that are wanted at one time do not
// overlap. The largest first, each as low as it can be (as in Pisarchyk and Lee 2020).
struct Arena {
  std::vector<std::int64_t> offsets;  // multiples of 16
  std::int64_t size = 0;
};
Arena place(const std::vector<Lifetime>& arrays);

}  // namespace dlt::models::vision
