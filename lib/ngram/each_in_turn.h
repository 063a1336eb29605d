#pragma once

#include <cstdint>
#include <functional>

namespace dlt::ngram {

// Calls f(slot, i) for i = 0 .. n - 1 on the threads, each as soon as one is free, so that unequal
// works balance. `slot` is below threads() and in nobody else's hands meanwhile. f may throw: of
// several Errors the one of the lowest i comes out. progress(fraction) is called now and then, by
// the calling thread only.
void each_in_turn(std::int64_t n, const std::function<void(int slot, std::int64_t i)>& f,
                  const std::function<void(double)>& progress = nullptr);

}  // namespace dlt::ngram
