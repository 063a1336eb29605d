#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/counts.h"

namespace dlt::embed {

struct PhraseSettings {
  std::int64_t min_count = 5;  // rarer words are in no phrase
  double threshold = 100;
  std::int64_t passes = 1;  // each joins what the one before it has left: up to 2^passes words
};

// What the last pass did.
struct PhraseTotals {
  std::int64_t words = 0;    // read
  std::int64_t joined = 0;   // pairs
  std::int64_t phrases = 0;  // different pairs above the threshold
};

// Writes a text again with words that belong together joined by "_": from left to right, a and b
// where (count(a b) - min_count) / (count(a) count(b)) * words > threshold (Mikolov et al. 2013,
// with the number of words as word2phrase has it), no word twice. Lines stay; words have one space
// between them. Pairs are counted exactly within work.memory bytes. Files as ngram::count() reads
// them ("-": standard input). The same for any number of threads.
PhraseTotals join_phrases(const std::vector<std::string>& files, const PhraseSettings& settings,
                          const ngram::Workspace& work, const ngram::Report& report,
                          const std::function<void(std::string_view text)>& write);

}  // namespace dlt::embed
