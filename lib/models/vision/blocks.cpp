#include "models/vision/blocks.h"

#include <algorithm>

#include "base/error.h"

namespace dlt::models::vision {

std::int64_t round_channels(double n) {
  const auto nearest = std::max<std::int64_t>(8, static_cast<std::int64_t>(n + 4) / 8 * 8);
  return static_cast<double>(nearest) < 0.9 * n ? nearest + 8 : nearest;
}

Value classify(Graph& g, Value x, const std::string& name, const Linear& linear, double dropout) {
  Chain chain(g, x);
  chain.add(GlobalAverage{});
  if (dropout > 0) chain.add(Dropout{dropout});
  return chain.add(linear, name).end();
}

AvgPool averages(const Shape& input, std::int64_t side) {
  ops::Pool p;
  for (const std::size_t axis : {0u, 1u}) {
    const std::int64_t size = input.dims()[1 + axis];
    require(size >= side, Exit::usage,
            "the auxiliary head needs {} x {} places or more, there are {}: give larger pictures, "
            "or turn it off by \"auxiliary\": false",
            side, side, input);
    p.stride[axis] = size / side;
    p.kernel[axis] = size - (side - 1) * p.stride[axis];
  }
  return {p};
}

}  // namespace dlt::models::vision
