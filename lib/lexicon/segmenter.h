#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "lexicon/lexicon.h"

namespace dlt::lexicon {

// Cuts text that has no blanks, or too few, into words: the likeliest way to put it together from
// words of a lexicon and words that are in none (Viterbi over all ways). A new word is one
// ideograph, or a run of letters and digits; its letters have a probability each. Punctuation
// stands alone; blanks separate, and are no part of a word.
class Segmenter {
 public:
  explicit Segmenter(const Lexicon& lexicon);

  std::vector<std::string_view> cut(std::string_view text) const;  // parts of `text`, in order

 private:
  struct Character;
  struct Path;

  void cut_stretch(std::string_view text, Lexicon::State& state,
                   std::vector<std::string_view>& words) const;
  void extend(std::string_view text, const std::vector<Character>& all, std::size_t at,
              std::vector<std::vector<Path>>& paths, std::vector<Path>& new_words) const;

  Lexicon lexicon_;
  std::size_t longest_ = 1;  // word of the lexicon, in characters
};

// Of words, as pairs of ends: how many of those found are right, and of the right ones found
// (SIGHAN's measure).
struct SegmentScore {
  std::size_t right = 0, found = 0, wanted = 0;
  double precision() const;
  double recall() const;
  double f1() const;
  void add(const std::vector<std::string_view>& found_words,
           const std::vector<std::string_view>& wanted_words);
};

}  // namespace dlt::lexicon
