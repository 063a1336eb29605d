#include "models/language.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dlt::models {
namespace {

std::int32_t likeliest(std::span<const real> logits) {
  return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

}  // namespace

std::int32_t sample(const Tensor& logits, const SampleOptions& options, Rng& rng) {
  const auto z = logits.values();
  if (options.temperature == 0) return likeliest(z);
  std::vector<std::int32_t> order(z.size());
  std::iota(order.begin(), order.end(), 0);
  const auto better = [z](std::int32_t a, std::int32_t b) {
    const real za = z[static_cast<std::size_t>(a)], zb = z[static_cast<std::size_t>(b)];
    return za != zb ? za > zb : a < b;
  };
  if (options.top_k > 0 && options.top_k < std::ssize(order)) {
    std::ranges::partial_sort(order, order.begin() + options.top_k, better);
    order.resize(static_cast<std::size_t>(options.top_k));
  } else if (options.top_p < 1) {
    std::ranges::sort(order, better);
  }

  const double top = static_cast<double>(z[static_cast<std::size_t>(likeliest(z))]);
  std::vector<double> up_to;  // cumulated weights
  double total = 0;
  for (std::int32_t id : order) {
    total += std::exp((static_cast<double>(z[static_cast<std::size_t>(id)]) - top) /
                      options.temperature);
    up_to.push_back(total);
  }
  if (options.top_p < 1) {
    const auto enough = std::ranges::lower_bound(up_to, options.top_p * total);
    total = enough == up_to.end() ? total : *enough;
  }
  const auto drawn = std::ranges::upper_bound(up_to, rng.uniform() * total);
  return order[std::min(static_cast<std::size_t>(drawn - up_to.begin()), order.size() - 1)];
}

}  // namespace dlt::models
