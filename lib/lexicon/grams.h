#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/word.h"

// The n-grams of a line as text: what features and classes are counted by.
namespace dlt::lexicon {

struct GramSettings {
  ngram::Unit unit = ngram::Unit::words;
  int shortest = 1, longest = 2;  // 1 .. ngram::max_order
  bool lower = false;             // A-Z and every other capital letter as the small one

  bool operator==(const GramSettings&) const = default;
};

std::string_view unit_name(ngram::Unit unit);              // "words", "chars", "bytes"
bool read_unit(std::string_view name, ngram::Unit& unit);  // false if it is none of them
ngram::Unit parse_unit(const std::string& name);           // of --unit: Exit::usage if it is none

// "2" or "1-3"; false if it is neither.
bool read_lengths(std::string_view text, GramSettings& settings);
// The same of the option --n: Exit::usage where it is neither.
void parse_lengths(const std::string& text, GramSettings& settings);
std::string lengths_text(const GramSettings& settings);

// Cuts lines into n-grams: words joined by one space, characters and bytes end to end. Tokens as
// in ngram/unit.h; a tab or carriage return among characters counts as a space.
class GramCutter {
 public:
  explicit GramCutter(const GramSettings& settings) : settings_(settings) {}

  // Calls take(gram) for each n-gram, by where it begins, then by length.
  template <class F>
  void each(std::string_view line, const F& take) {
    split(line);
    const auto count = begins_.size();
    for (std::size_t i = 0; i < count; ++i) {
      for (int n = settings_.shortest; n <= settings_.longest; ++n) {
        const std::size_t last = i + static_cast<std::size_t>(n) - 1;
        if (last >= count) break;
        take(std::string_view(text_).substr(begins_[i], ends_[last] - begins_[i]));
      }
    }
  }

  // All tokens of a line as one n-gram, and how many. Valid until the next call.
  std::string_view whole(std::string_view line, int& tokens);

 private:
  void split(std::string_view line);

  GramSettings settings_;
  std::string lowered_, text_;
  std::vector<std::size_t> begins_, ends_;  // of the tokens in text_
};

}  // namespace dlt::lexicon
