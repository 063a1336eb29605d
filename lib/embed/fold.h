#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "embed/vectors.h"

namespace dlt::embed {

enum class Match : std::uint8_t { lower_case, exact };

std::string lower_case(std::string_view word);  // character by character; broken UTF-8 stays

// Words as tests look them up: among the `limit` most frequent ones (0: all), by their exact
// spelling or in lower case. Of several that are the same in lower case the most frequent counts.
class TestWords {
 public:
  TestWords(const Vectors& vectors, std::int64_t limit, Match match);

  std::int64_t find(std::string_view word) const;  // its place in rows(), -1: not there
  const std::vector<std::int64_t>& rows() const { return rows_; }  // by falling frequency
  // Of each place the first place with the same spelling.
  const std::vector<std::int64_t>& same() const { return same_; }

 private:
  std::string spelled(std::string_view word) const;

  Match match_;
  std::vector<std::int64_t> rows_, same_;
  std::unordered_map<std::string, std::int64_t> places_;
};

}  // namespace dlt::embed
