#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "embed/fold.h"

namespace dlt::embed {

struct AnalogySection {
  std::string name;
  std::int64_t total = 0, seen = 0;    // seen: all four words are known
  std::int64_t add = 0, multiply = 0;  // right answers by 3CosAdd, by 3CosMul
};

// "a is to b as c is to d": which word is nearest to b - a + c?
struct Analogies {
  std::vector<AnalogySection> sections;
  // The sum of some sections; Mikolov's file has five of meaning, then nine of grammar.
  AnalogySection sum(std::size_t begin, std::size_t end) const;
};

// Lines ": section" and "a b c d"; Exit::data with file and line where one is neither.
//   3CosAdd  argmax cos(x, b) - cos(x, a) + cos(x, c)               (Mikolov et al. 2013)
//   3CosMul  argmax cos'(x, b) cos'(x, c) / (cos'(x, a) + 0.001),   (Levy and Goldberg 2014)
//            cos' = (cos + 1) / 2
// over all x of `words` but a, b and c; of equal ones the most frequent.
Analogies measure_analogies(const Vectors& vectors, const TestWords& words,
                            const std::string& file);

}  // namespace dlt::embed
