#include "data/examples.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"

namespace dlt::data {
namespace {

// How an image is changed: element (y, x) comes from (y + down, mirrored x + right).
struct Change {
  bool flip = false;
  std::int64_t down = 0, right = 0;
};

Change draw(const Augment& a, std::uint64_t seed) {
  Rng rng(seed);
  Change c;
  c.flip = rng.below(2) == 1 && a.flip;
  const auto reach = static_cast<std::uint64_t>(2 * a.shift + 1);
  c.down = static_cast<std::int64_t>(rng.below(reach)) - a.shift;
  c.right = static_cast<std::int64_t>(rng.below(reach)) - a.shift;
  return c;
}

void copy_plain(const Examples& all, std::int64_t member, real* to) {
  const std::int64_t size = all.item.size();
  if (all.pixels.empty()) {
    std::copy_n(all.numbers.data() + member * size, size, to);
    return;
  }
  const std::uint8_t* from = all.pixels.data() + member * size;
  const std::int64_t plane = size / std::ssize(all.scale);
  for (std::int64_t i = 0; i < size; ++i) {
    const auto c = static_cast<std::size_t>(i / plane);
    to[i] = static_cast<real>(from[i]) * all.scale[c] + all.shift[c];
  }
}

// An image [channels, height, width].
void copy_changed(const Examples& all, std::int64_t member, const Change& change, real* to) {
  const std::int64_t channels = all.item.dim(0), height = all.item.dim(1), width = all.item.dim(2);
  const std::uint8_t* from = all.pixels.data() + member * all.item.size();
  for (std::int64_t c = 0; c < channels; ++c) {
    const real scale = all.scale[static_cast<std::size_t>(c)];
    const real shift = all.shift[static_cast<std::size_t>(c)];
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t row = y + change.down;
        const std::int64_t column = (change.flip ? width - 1 - x : x) + change.right;
        const bool inside = row >= 0 && row < height && column >= 0 && column < width;
        const std::uint8_t pixel = inside ? from[(c * height + row) * width + column] : 0;
        *to++ = static_cast<real>(pixel) * scale + shift;
      }
    }
  }
}

}  // namespace

ExampleBatch gather(const Examples& all, std::span<const std::int64_t> members,
                    const Augment& augment, std::uint64_t seed) {
  const std::int64_t batch = std::ssize(members), size = all.item.size();
  std::vector<std::int64_t> dims = {batch};
  dims.insert(dims.end(), all.item.dims().begin(), all.item.dims().end());
  ExampleBatch b;
  b.x = Tensor::uninitialized(Shape(std::move(dims)));
  real* x = b.x.mutable_data();
  parallel_each(batch, size, [&](std::int64_t i) {
    const std::int64_t member = members[static_cast<std::size_t>(i)];
    if (augment.any()) {
      const auto drawn = draw(augment, derive(seed, static_cast<std::uint64_t>(i)));
      copy_changed(all, member, drawn, x + i * size);
    } else {
      copy_plain(all, member, x + i * size);
    }
  });
  if (all.outputs > 0) {
    b.targets = Tensor::uninitialized({batch, all.outputs});
    for (std::int64_t i = 0; i < batch; ++i) {
      const real* from = all.targets.data() + members[static_cast<std::size_t>(i)] * all.outputs;
      std::copy_n(from, all.outputs, b.targets.mutable_data() + i * all.outputs);
    }
    return b;
  }
  std::vector<std::int32_t> labels;
  for (std::int64_t m : members) labels.push_back(all.labels[static_cast<std::size_t>(m)]);
  b.labels = Indices({batch}, std::move(labels));
  return b;
}

// Four rounds of a Feistel network on the next power of four are a permutation (Luby and Rackoff
// 1988); going round until the result is below `size` makes it one of those numbers.
std::int64_t permuted(std::int64_t i, std::int64_t size, std::uint64_t key) {
  const auto half =
      static_cast<int>((std::bit_width(static_cast<std::uint64_t>(size - 1)) + 1) / 2);
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  auto at = static_cast<std::uint64_t>(i);
  do {
    std::uint64_t left = at >> half, right = at & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t next = left ^ (derive(derive(key, round), right) & mask);
      left = right;
      right = next;
    }
    at = (left << half) | right;
  } while (at >= static_cast<std::uint64_t>(size));
  return static_cast<std::int64_t>(at);
}

std::vector<std::int64_t> shuffled(std::int64_t size, std::int64_t batch, std::int64_t part,
                                   std::uint64_t seed) {
  require(size > 0, "there are no examples to take a batch of");
  std::vector<std::int64_t> members;
  members.reserve(static_cast<std::size_t>(batch));
  for (std::int64_t place = part * batch; place < (part + 1) * batch; ++place) {
    const auto epoch = static_cast<std::uint64_t>(place / size);
    members.push_back(permuted(place % size, size, derive(seed, epoch)));
  }
  return members;
}

}  // namespace dlt::data
