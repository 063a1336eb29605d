#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Segments of text as sacreBLEU, which is Python, takes them apart.
namespace dlt::eval {

using Segments = std::vector<std::string>;

bool is_space(char32_t c);  // as str.isspace: white space and separators of Unicode, U+001C to 1F
std::vector<std::u32string> words(std::u32string_view text);  // as str.split()
std::u32string lower(std::u32string_view text);               // as str.lower()

// How often each run of n units stands in `units`, which the keys point into.
using Grams = std::unordered_map<std::u32string_view, std::int64_t>;
Grams count_grams(std::u32string_view units, std::size_t n);

// Words as units, equal ones for equal words.
class WordIds {
 public:
  std::u32string operator()(const std::vector<std::u32string>& words);

 private:
  std::unordered_map<std::u32string, char32_t> ids_;
};

// Exit::data where a set of references has not as many segments as there are hypotheses.
void check_sizes(const Segments& hypotheses, const std::vector<Segments>& references);

}  // namespace dlt::eval
