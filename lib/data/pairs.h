#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.h"

// Pairs of token sequences: a source and what it is to become.
namespace dlt::data {

// Ids with a meaning of their own, as Marian has them: `pad` fills up shorter sequences and is what
// a decoder starts from, `end` ends every source and every target.
struct Marks {
  std::int32_t pad = 0, end = 1;
};

struct Pair {
  std::vector<std::int32_t> source, target;  // without marks

  // Positions that the longer side takes in a batch, its mark counted.
  std::int64_t length() const;
};

struct PairBatch {
  Indices source;                          // [batch, s]: ids, end, then pad
  std::vector<std::int64_t> source_sizes;  // ids and end, of each row
  Indices input, target;                   // [batch, t]: pad, ids, pad ... and ids, end, -1 ...
  std::int64_t tokens = 0;                 // source and target, ends but not pads
};

PairBatch make_batch(const std::vector<const Pair*>& pairs, const Marks& marks);

// The order in which neighbours need the least padding.
void sort_by_length(std::span<const Pair*> pairs);

// Neighbours together, of each group no more than `max_tokens` tokens (rows times the longest row,
// source and target together), but for a pair that is longer by itself.
std::vector<std::vector<const Pair*>> cut_by_tokens(std::span<const Pair* const> pairs,
                                                    std::int64_t max_tokens);

// Batches of about `max_tokens` tokens (rows times the longest row, source and target together),
// each of pairs of like length (Vaswani et al. 2017, 5.1). An epoch is a shuffle, a stable sort by
// length within blocks of it, a cut, and a shuffle of the cuts: a pure function of seed and epoch.
class PairBatches {
 public:
  PairBatches(const std::vector<Pair>& pairs, std::int64_t max_tokens, std::uint64_t seed);

  // The pairs of batch number `step` (1, 2, ...), epoch after epoch.
  std::vector<const Pair*> batch(std::int64_t step);
  std::int64_t mean_tokens();  // of a batch of the first epoch, ends but not pads

 private:
  void begin_epoch(std::int64_t epoch);

  const std::vector<Pair>& pairs_;  // must outlive this
  std::int64_t max_tokens_;
  std::uint64_t seed_;
  std::int64_t epoch_ = -1, first_step_ = 1;       // of the cuts below
  std::vector<std::vector<const Pair*>> batches_;  // of this epoch
};

}  // namespace dlt::data
