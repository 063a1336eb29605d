#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::lexicon {

constexpr std::size_t longest_word = 64;  // characters; longer ones are not corrected
constexpr int most_edits = 3;

// Letters changed, left out, put in, or two neighbours swapped (optimal string alignment, the
// restricted Damerau-Levenshtein distance: no letter is edited twice). limit + 1 if there are more
// than `limit` edits.
int edit_distance(std::u32string_view a, std::u32string_view b, int limit);

// Finds the words within a few edits of a string without looking at all of them. Two strings
// within d edits become the same one by taking up to d letters out of each; so each word is kept
// under all that its first letters become so (symmetric deletes: Garbe 2012). Only hashes are
// kept; what collides is sorted out by edit_distance.
class EditIndex {
 public:
  EditIndex(std::vector<std::u32string> words, int edits);  // 1 <= edits <= most_edits

  struct Candidate {
    std::uint32_t index;  // into `words`
    int edits;
  };
  std::vector<Candidate> find(std::u32string_view text) const;  // by index; none for a
                                                                // text longer than longest_word

  const std::u32string& word(std::size_t index) const { return words_[index]; }
  std::size_t size() const { return words_.size(); }
  int edits() const { return edits_; }

 private:
  std::vector<std::u32string> words_;
  int edits_;
  int shift_ = 0;                      // the upper bits of a hash are its bucket
  std::vector<std::uint32_t> begins_;  // of each bucket in entries_, and the end of the last
  std::vector<std::uint32_t> entries_;
};

}  // namespace dlt::lexicon
