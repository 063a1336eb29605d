#pragma once

#include <cstdint>
#include <string>

#include "sa/root.h"

namespace dlt::sa {

// The first step that went too far: near its place an error e becomes (1 - a_k g') e, which is
// more than e where a_k g' > 2.
struct Overshoot {
  std::int64_t k = 0;  // 0: none so far
  double w = 0, step = 0, slope = 0;
  Interval visited{};  // up to where it led

  void watch(const RootSearch& search, std::int64_t k, const RootResult& before, double next);
};

// One sentence each: what broke, the evidence, what to do.
std::string say_diverged(const RootSearch& search, const RootResult& before, double next,
                         const Overshoot& overshoot);
std::string say_undefined(const RootSearch& search, const RootResult& at);

}  // namespace dlt::sa
