#include "data/examples.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"

namespace dlt::data {
namespace {

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

void copy_changed(const Examples& all, std::int64_t member, const Change& change, real* to) {
  const vision::Planes planes{to, all.item.dim(0), all.item.dim(1), all.item.dim(2)};
  change.apply(all.pixels.data() + member * all.item.size(), planes, all.scale, all.shift);
}

// The class of each pixel, -1 where there is none.
void copy_mask(const Examples& all, std::int64_t member, const Change* change, std::int32_t* to) {
  const std::uint8_t* from = all.masks.data() + member * all.area();
  std::vector<std::uint8_t> changed;
  if (change != nullptr) {
    changed.resize(static_cast<std::size_t>(all.area()));
    change->apply_mask(from, changed.data());
    from = changed.data();
  }
  std::transform(from, from + all.area(), to,
                 [](std::uint8_t c) { return c == unmarked ? -1 : c; });
}

// Example i with the i-th from the end: their order is one of chance.
void mix_batch(const Augment& augment, std::uint64_t seed, std::int64_t size, ExampleBatch& b) {
  const std::int64_t batch = b.x.dim(0);
  b.keep = static_cast<real>(drawn_share(augment.mixup, derive(seed, "mixup")));
  real* x = b.x.mutable_data();
  parallel_each(batch / 2, size, [&](std::int64_t i) {
    vision::mix({x + i * size, static_cast<std::size_t>(size)},
                {x + (batch - 1 - i) * size, static_cast<std::size_t>(size)}, b.keep);
  });
  std::vector<std::int32_t> others(b.labels.values().rbegin(), b.labels.values().rend());
  b.others = Indices({batch}, std::move(others));
}

Indices labels_of(const Examples& all, std::span<const std::int64_t> members) {
  std::vector<std::int32_t> labels;
  for (std::int64_t m : members) labels.push_back(all.labels[static_cast<std::size_t>(m)]);
  return {{std::ssize(members)}, std::move(labels)};
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
  const std::int64_t area = all.masks.empty() ? 0 : all.area();
  std::vector<std::int32_t> classes(static_cast<std::size_t>(batch * area));
  parallel_each(batch, size, [&](std::int64_t i) {
    const std::int64_t member = members[static_cast<std::size_t>(i)];
    std::optional<Change> change;
    if (augment.any()) {
      change.emplace(augment, derive(seed, static_cast<std::uint64_t>(i)), all.item.dim(1),
                     all.item.dim(2));
      copy_changed(all, member, *change, x + i * size);
    } else {
      copy_plain(all, member, x + i * size);
    }
    if (area > 0) copy_mask(all, member, change ? &*change : nullptr, classes.data() + i * area);
  });
  if (area > 0) {
    b.labels = Indices({batch, all.item.dim(1), all.item.dim(2)}, std::move(classes));
  } else if (all.outputs > 0) {
    b.targets = Tensor::uninitialized({batch, all.outputs});
    for (std::int64_t i = 0; i < batch; ++i) {
      const real* from = all.targets.data() + members[static_cast<std::size_t>(i)] * all.outputs;
      std::copy_n(from, all.outputs, b.targets.mutable_data() + i * all.outputs);
    }
  } else {
    b.labels = labels_of(all, members);
    if (augment.mixup > 0) mix_batch(augment, seed, size, b);
  }
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
