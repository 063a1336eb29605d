#include "embed/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dlt::embed {

AliasTable::AliasTable(std::span<const double> weights) : columns_(weights.size()) {
  const auto size = static_cast<std::uint32_t>(weights.size());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> left(size);
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < size; ++i) {
    left[i] = weights[i] / total * size;
    (left[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t s = small.back(), l = large.back();
    small.pop_back();
    columns_[s] = {static_cast<std::uint32_t>(std::min(left[s] * 0x1p32, 0x1p32 - 1)), l};
    left[l] -= 1 - left[s];
    if (left[l] < 1) {
      large.pop_back();
      small.push_back(l);
    }
  }
  for (const auto* rest : {&small, &large}) {
    for (const std::uint32_t i : *rest) columns_[i] = {0xFFFFFFFF, i};
  }
}

std::vector<double> negative_probabilities(std::span<const std::int64_t> counts, double exponent) {
  std::vector<double> p(counts.size());
  std::transform(counts.begin(), counts.end(), p.begin(), [=](std::int64_t count) {
    return std::pow(static_cast<double>(count), exponent);
  });
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& x : p) x /= total;
  return p;
}

double keep_probability(double f, double t) {
  return t > 0 && f > 0 ? std::min(1.0, (std::sqrt(f / t) + 1) * t / f) : 1;
}

}  // namespace dlt::embed
