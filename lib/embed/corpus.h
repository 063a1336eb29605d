#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "embed/settings.h"
#include "ngram/array.h"
#include "ngram/counts.h"

namespace dlt::embed {

constexpr std::uint32_t line_end = 0xFFFFFFFF;  // between sentences

// A text as the trainers want it: words that are frequent enough, by falling count (equal ones by
// their bytes), and the text as their ids; other words are left out, lines end with line_end.
struct Corpus {
  std::vector<std::string> words;
  std::vector<std::int64_t> counts;
  std::int64_t total = 0;              // sum of counts
  std::int64_t read = 0;               // words of the text, rare ones too
  ngram::Array<std::uint32_t> tokens;  // in a temporary file where memory is short

  std::int64_t size() const { return static_cast<std::int64_t>(words.size()); }
};

// Reads text files (gzip too) with all threads; the same for any number of them. Exit::data: no
// word is there `min_count` times.
Corpus read_corpus(const std::vector<std::string>& files, const Settings& settings,
                   const ngram::Workspace& work, const ngram::Report& report);

}  // namespace dlt::embed
