#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// How much two strings differ, by the n-grams of characters they share.
namespace dlt::lexicon {

// The different n-grams of a string, sorted; none if it is shorter than n.
class GramSet {
 public:
  GramSet(std::string_view text, int n);  // n >= 1; UTF-8
  std::size_t size() const { return grams_.size(); }
  std::size_t shared(const GramSet& other) const;

 private:
  std::vector<std::u32string> grams_;
};

struct GramDistance {
  std::size_t a = 0, b = 0, shared = 0;  // |G(a)|, |G(b)|, |G(a) & G(b)|
  std::size_t distance() const { return a + b - 2 * shared; }
  double similarity() const;  // Dice 1945: 2 shared / (a + b); 1 for two strings without n-grams
};

// |G(a)| + |G(b)| - 2 |G(a) & G(b)| over n-grams without repetition (Ukkonen 1992 has it with
// repetition).
GramDistance gram_distance(const GramSet& a, const GramSet& b);
GramDistance gram_distance(std::string_view a, std::string_view b, int n);

struct Near {
  std::size_t index;
  GramDistance grams;
};
// The `count` nearest of `words`, nearest first; of equally near ones those that share more,
// then as they stand there.
std::vector<Near> nearest_by_grams(std::string_view text, const std::vector<std::string>& words,
                                   int n, std::size_t count);

}  // namespace dlt::lexicon
