#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "embed/corpus.h"
#include "ngram/array.h"
#include "ngram/counts.h"

namespace dlt::embed {

// How often two words stand near each other, each time for 1 / their distance.
struct Cooccurrence {
  std::uint32_t a = 0, b = 0;  // a <= b
  float count = 0;
};

// All pairs of words at most `window` words apart in a line, by (a, b); words that are not in the
// vocabulary do not count as distance. Gathered by sorting, within work.memory bytes but for the
// result, which goes to a temporary file where memory is short. The same for any number of threads
// and any memory. Exit::data: there is no pair.
ngram::Array<Cooccurrence> cooccurrences(const Corpus& corpus, std::int64_t window,
                                         const ngram::Workspace& work, const ngram::Report& report);

}  // namespace dlt::embed
