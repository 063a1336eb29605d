#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::lexicon {

// Words and how often each was seen.
struct WordList {
  std::vector<std::string> words;     // all different, in the order of the file
  std::vector<std::uint64_t> counts;  // of a word that is there several times: their sum
};

// A text file, plain or gzip, of lines "word", "word count" or "word<TAB>count", which may be
// mixed; a word without a count counts once. Empty lines are passed over. Exit::data, with
// file:line: what is not UTF-8, a count that is none, a third field, no word at all.
WordList read_word_list(const std::string& path);

struct Misspelling {
  std::string wrong, right;
};
// Misspellings, in any of three forms: lines "right: wrong1 wrong2", lines "wrong right" with
// maybe a number behind, or Norvig's {'right': 'wrong1 wrong2', ...}. Errors as above.
std::vector<Misspelling> read_misspellings(const std::string& path);

}  // namespace dlt::lexicon
