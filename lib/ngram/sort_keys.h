#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "ngram/keys.h"
#include "ngram/partition.h"
#include "ngram/runs.h"

namespace dlt::ngram {

// Ids of whole sentences, each ended by </s>, or of a part of a long one: then the first `context`
// ids are only the words before it.
struct Stretch {
  std::vector<WordId> ids;
  std::size_t context = 0;
};

// Bytes that sort_run() takes for a token, its id included.
std::size_t sort_bytes(const KeyLayout& layout);

// Sorts the n-grams that end at each token, counts equal ones and puts them into `runs` as one
// more. Takes `text` apart. progress(fraction): from this thread.
void sort_run(std::vector<Stretch>& text, const KeyLayout& layout, const Partition& partition,
              Runs& runs, const std::function<void(double)>& progress);

}  // namespace dlt::ngram
