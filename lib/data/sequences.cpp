#include "data/sequences.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "base/rng.h"

namespace dlt::data {
namespace {

std::int64_t steps_of(const Sequence& s, std::int64_t channels) {
  return channels > 0 ? std::ssize(s.numbers) / channels : std::ssize(s.ids);
}

void sort_by_steps(const Sequences& all, std::vector<std::int64_t>& members) {
  std::ranges::stable_sort(members, {}, all.steps);
}

ExampleBatch wanted_of(const std::vector<Sequence>& rows) {
  ExampleBatch b;
  if (!rows.front().targets.empty()) {
    std::vector<real> targets;
    for (const Sequence& s : rows)
      targets.insert(targets.end(), s.targets.begin(), s.targets.end());
    b.targets = Tensor::from({std::ssize(rows), std::ssize(rows.front().targets)}, targets);
    return b;
  }
  std::vector<std::int32_t> labels;
  for (const Sequence& s : rows) {
    if (s.answers.empty()) labels.push_back(s.label);
    labels.insert(labels.end(), s.answers.begin(), s.answers.end());
  }
  const std::int64_t count = std::ssize(labels);
  b.labels = Indices({count}, std::move(labels));
  return b;
}

// The last steps of each row, as many as it has answers.
Indices asked_of(const std::vector<Sequence>& rows, const std::vector<std::int64_t>& sizes,
                 std::int64_t time) {
  std::vector<std::int32_t> asked;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::int64_t end = static_cast<std::int64_t>(row) * time + sizes[row];
    for (std::int64_t i = end - std::ssize(rows[row].answers); i < end; ++i) {
      asked.push_back(static_cast<std::int32_t>(i));
    }
  }
  const std::int64_t count = std::ssize(asked);
  return {{count}, std::move(asked)};
}

}  // namespace

Sequences in_memory(std::vector<Sequence> all, std::int64_t channels) {
  const auto kept = std::make_shared<const std::vector<Sequence>>(std::move(all));
  const auto at = [kept](std::int64_t i) -> const Sequence& {
    return (*kept)[static_cast<std::size_t>(i)];
  };
  return {std::ssize(*kept), [=](std::int64_t i) { return steps_of(at(i), channels); },
          [=](std::int64_t i) { return at(i); }};
}

SequenceBatch collate(const Sequences& all, std::span<const std::int64_t> members,
                      std::int64_t channels) {
  std::vector<Sequence> rows;
  SequenceBatch b;
  for (const std::int64_t m : members) {
    rows.push_back(all.at(m));
    b.sizes.push_back(steps_of(rows.back(), channels));
  }
  const std::int64_t batch = std::ssize(rows), time = std::ranges::max(b.sizes);
  if (channels > 0) {
    b.numbers = Tensor::zeros({batch, time, channels});
    for (std::int64_t i = 0; i < batch; ++i) {
      std::ranges::copy(rows[static_cast<std::size_t>(i)].numbers,
                        b.numbers.mutable_data() + i * time * channels);
    }
  } else {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(batch * time));
    for (std::int64_t i = 0; i < batch; ++i) {
      std::ranges::copy(rows[static_cast<std::size_t>(i)].ids, ids.begin() + i * time);
    }
    b.ids = Indices({batch, time}, std::move(ids));
  }
  b.asked = asked_of(rows, b.sizes, time);
  b.wanted = wanted_of(rows);
  return b;
}

std::vector<std::int64_t> batch_members(const Sequences& all, std::int64_t size, std::int64_t place,
                                        std::uint64_t seed) {
  if (all.size == Sequences::endless) {
    std::vector<std::int64_t> next(static_cast<std::size_t>(size));
    std::iota(next.begin(), next.end(), place * size);
    return next;
  }
  constexpr std::int64_t together = 16;
  const std::int64_t block = place / together;
  auto members = shuffled(all.size, together * size, block, seed);
  sort_by_steps(all, members);
  const auto key = derive(derive(seed, "batches"), static_cast<std::uint64_t>(block));
  const auto first = members.begin() + permuted(place % together, together, key) * size;
  return {first, first + size};
}

std::vector<std::vector<std::int64_t>> cut_by_length(const Sequences& all, std::int64_t rows,
                                                     std::int64_t most_steps) {
  std::vector<std::int64_t> members(static_cast<std::size_t>(all.size));
  std::iota(members.begin(), members.end(), 0);
  sort_by_steps(all, members);
  std::vector<std::vector<std::int64_t>> cuts;
  for (const std::int64_t m : members) {
    const std::int64_t wide = cuts.empty() ? rows : std::ssize(cuts.back());
    if (wide == rows || (wide + 1) * all.steps(m) > most_steps) cuts.emplace_back();
    cuts.back().push_back(m);
  }
  return cuts;
}

}  // namespace dlt::data
