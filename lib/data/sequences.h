#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/examples.h"

// Examples of sequence models.
namespace dlt::data {

// Ids or numbers, step by step, and what is to be told: one of the three.
struct Sequence {
  std::vector<std::int32_t> ids;
  std::vector<real> numbers;  // [steps, channels]

  std::int32_t label = 0;
  std::vector<real> targets;
  std::vector<std::int32_t> answers;  // classes, each asked for at one of the last steps
};

// Sequences by number, wherever they come from.
struct Sequences {
  static constexpr std::int64_t endless = INT64_MAX;  // made up: every number is one

  std::int64_t size = 0;
  std::function<std::int64_t(std::int64_t i)> steps;
  std::function<Sequence(std::int64_t i)> at;
};
Sequences in_memory(std::vector<Sequence> all, std::int64_t channels);

struct SequenceBatch {
  Indices ids;                      // [batch, time], shorter rows filled up with 0; or
  Tensor numbers;                   // [batch, time, channels], filled up likewise
  std::vector<std::int64_t> sizes;  // steps of each row
  Indices asked;                    // steps that are asked for, in [batch * time]; none: whole rows
  ExampleBatch wanted;              // of the rows, or of what is asked for; without x
};

// `channels`: of numbers; 0: steps are ids.
SequenceBatch collate(const Sequences& all, std::span<const std::int64_t> members,
                      std::int64_t channels);

// The `size` members of batch number `place` (0, 1, ...) of an endless sequence of them, epoch
// after epoch: a pure function of its arguments. 16 neighbouring batches share their members so
// that each has ones of like length.
std::vector<std::int64_t> batch_members(const Sequences& all, std::int64_t size, std::int64_t place,
                                        std::uint64_t seed);

// All of them, by length, in batches of at most `rows` and about `most_steps` steps.
std::vector<std::vector<std::int64_t>> cut_by_length(const Sequences& all, std::int64_t rows,
                                                     std::int64_t most_steps);

}  // namespace dlt::data
