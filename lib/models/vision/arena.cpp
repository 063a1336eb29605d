#include "models/vision/arena.h"

#include <algorithm>
#include <numeric>

namespace dlt::models::vision {
namespace {

std::int64_t room(const Lifetime& a) { return (a.size + 15) / 16 * 16; }

}  // namespace

Arena place(const std::vector<Lifetime>& arrays) {
  Arena arena{std::vector<std::int64_t>(arrays.size()), 0};
  std::vector<std::size_t> order(arrays.size()), placed;  // placed: by their offsets
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return arrays[a].size > arrays[b].size; });
  for (const std::size_t i : order) {
    const Lifetime& a = arrays[i];
    std::int64_t low = 0;
    for (const std::size_t j : placed) {
      const Lifetime& b = arrays[j];
      if (b.last < a.first || a.last < b.first) continue;
      if (arena.offsets[j] >= low + room(a)) break;
      low = std::max(low, arena.offsets[j] + room(b));
    }
    arena.offsets[i] = low;
    arena.size = std::max(arena.size, low + room(a));
    const auto behind = std::upper_bound(
        placed.begin(), placed.end(), low,
        [&](std::int64_t offset, std::size_t j) { return offset < arena.offsets[j]; });
    placed.insert(behind, i);
  }
  return arena;
}

}  // namespace dlt::models::vision
