#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ngram/word.h"

// Probabilities and their logarithms as models store them.
namespace dlt::ngram {

inline double from_log10(double log10_p) { return std::exp(log10_p * std::numbers::ln10); }

inline float to_log10(double p) {  // log_zero for what is no probability
  return p > 0 ? std::max(static_cast<float>(std::log10(p)), log_zero) : log_zero;
}

}  // namespace dlt::ngram
