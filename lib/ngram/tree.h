#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ngram/counts.h"
#include "ngram/partition.h"
#include "ngram/runs.h"

namespace dlt::ngram {

// The tree of all n-grams in `runs`; counts: of the words. Exit::failed: more n-grams of one
// length than a Node can number.
std::vector<CountLevel> grow_tree(const Runs& runs, const Partition& partition,
                                  std::span<const std::uint64_t> counts,
                                  const CountSettings& settings, const Report& report);

// Level 1 alone.
CountLevel word_level(std::span<const std::uint64_t> counts, const CountSettings& settings);

}  // namespace dlt::ngram
