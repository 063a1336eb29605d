#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lexicon/gram_table.h"
#include "lexicon/grams.h"
#include "lexicon/labelled.h"

namespace dlt::lexicon {

// The n-grams that stand for a text, the features; its number in the list is a feature's column.
struct KeyList {
  GramSettings settings;
  std::int64_t lines = 0;  // of the text that was counted
  GramTable grams;
  std::vector<std::uint64_t> counts;  // how often each occurs, and in how many lines
  std::vector<std::uint64_t> in_lines;
};

struct KeyLimits {
  std::uint64_t min_count = 1;
  std::size_t most = 0;  // the most frequent; 0: all
};

// The numbers of the n-grams that stay, by falling count, equal counts by their bytes. Exit::data
// if there are none.
std::vector<std::uint32_t> rank_grams(const GramTable& grams,
                                      const std::vector<std::uint64_t>& counts,
                                      const KeyLimits& limits);

// Those that occur often enough, as rank_grams orders them. Exit::data if there is no text, or
// none is left. Memory: some 50 bytes for each different n-gram.
KeyList count_keys(Lines& lines, const GramSettings& settings, const KeyLimits& limits);

// A first line "#dlt-keys <TAB> words <TAB> 1-2 <TAB> as-is or lower <TAB> lines", then a line
// "gram <TAB> count <TAB> lines it is in" for each.
std::string keys_text(const KeyList& keys);
void write_keys(const std::string& path, const KeyList& keys);

// What write_keys wrote, or any list of n-grams, one a line, which then are taken as `wanted` says
// and have no counts. `given`: which of `wanted` must agree with the file's own. Exit::data with
// file and line: nothing in it, twice the same, a length that --n excludes, not the counts.
struct Given {
  bool unit = false, lengths = false, lower = false;
};
KeyList read_keys(const std::string& path, const GramSettings& wanted, const Given& given);

}  // namespace dlt::lexicon
