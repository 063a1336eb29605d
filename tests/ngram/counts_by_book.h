#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ngram/unit.h"

namespace dlt::test {

// n-gram counts as reference books define them, by the book.
struct CountsByBook {
  using Gram = std::vector<std::string>;  // oldest word first
  std::map<Gram, std::uint32_t> raw;
  std::map<Gram, std::set<std::string>> before;

  CountsByBook(const std::vector<std::string>& lines, ngram::Unit unit, int longest)
      : order(longest) {
    for (const std::string& line : lines) {
      Gram sentence = {"<s>"};
      ngram::Tokens tokens(line, unit);
      for (std::string_view token; tokens.next(token);) sentence.emplace_back(token);
      sentence.emplace_back("</s>");
      for (std::size_t end = 2; end <= sentence.size(); ++end) {
        for (std::size_t n = 1; n <= std::min<std::size_t>(order, end); ++n) {
          const Gram gram(sentence.begin() + static_cast<std::ptrdiff_t>(end - n),
                          sentence.begin() + static_cast<std::ptrdiff_t>(end));
          ++raw[gram];
          if (end > n) before[gram].insert(sentence[end - n - 1]);
        }
      }
    }
  }

  std::uint32_t adjusted(const Gram& gram) const {
    const bool counted = static_cast<int>(gram.size()) == order || gram.front() == "<s>";
    return counted ? raw.at(gram) : static_cast<std::uint32_t>(before.at(gram).size());
  }
  int order = 0;
};

}  // namespace dlt::test
