#pragma once

#include <cstdint>
#include <vector>

#include "ngram/counts.h"
#include "ngram/texts.h"
#include "ngram/vocabulary.h"

namespace dlt::ngram {

// The words of texts, as Counts has them.
struct WordCounts {
  Vocabulary vocabulary;
  std::vector<std::uint64_t> counts;  // [word]: how often it ends an n-gram
  std::int64_t sentences = 0, tokens = 0;
};

// `round`: bytes of text in memory at once. Errors as count() has them.
WordCounts count_words(Texts& texts, const TextSettings& settings, std::size_t round,
                       const Report& report);

}  // namespace dlt::ngram
