#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::lexicon {

// What a writer may do to a letter. (The kinds; each has one probability.)
enum class Slip : std::uint8_t {
  swap,             // two neighbours: hte
  double_letter,    // one letter written twice: untill
  single_letter,    // a double letter written once: acomodation
  vowel_for_vowel,  // seperate
  like_consonant,   // one that sounds alike: supercede
  next_key,         // wgen
  other_for_other,  // any other letter instead
  vowel_too_many,   // speacial
  letter_too_many,  // lauhgh
  vowel_left_out,   // diffrent
  letter_left_out,  // goverment
  end_left_out,     // the last letter: mor
  end_too_many,     // one behind the last: perhapse
  mark_left_out,    // an apostrophe, a hyphen: dont
  mark_too_many,    // do'nt
  count
};
constexpr auto slips = static_cast<std::size_t>(Slip::count);

// P(what was written | what was meant): the noisy channel of Kernighan, Church, Gale 1990, with
// probabilities for kinds of slips rather than for each letter, so that a few hundred examples are
// enough to learn it. Each possible slip of a word happens with the probability of its kind, given
// that the word is misspelled; the likeliest way to the written word counts.
class ErrorModel {
 public:
  ErrorModel();  // of English misspellings

  struct Pair {
    std::u32string wrong, right;
  };
  // From examples, by counting the slips of the likeliest ways, several times over; each kind
  // begins with one slip at the English rate. Pairs of equal words and those further apart than
  // `most_edits` are passed over.
  static ErrorModel learn(const std::vector<Pair>& pairs);

  // ln P(wrong | right), given that `right` is misspelled. Lower-case letters.
  double log_p(std::u32string_view wrong, std::u32string_view right) const;

  double cost(Slip slip) const { return costs_[static_cast<std::size_t>(slip)]; }  // -ln P
  double first_letter() const { return first_; }  // added to slips at the first letter

 private:
  using Costs = std::array<double, slips>;
  Costs costs_;
  double first_;
};

}  // namespace dlt::lexicon
