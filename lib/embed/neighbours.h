#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "embed/vectors.h"

namespace dlt::embed {

struct Neighbour {
  std::int64_t row = 0;
  real cosine = 0;
};

// A sum of words' unit vectors, "king - man + woman".
struct WordSum {
  struct Term {
    std::string word;
    real sign = 1;
  };
  std::vector<Term> terms;
};
// Words with + or - (by themselves, between spaces) before them; without one a word is added. A
// lone + or - is a word. Exit::usage where a word is missing.
WordSum parse_word_sum(std::string_view text);

// Words near a direction, by the cosine with every row. Refers to the vectors it was made from.
class Neighbours {
 public:
  explicit Neighbours(const Vectors& vectors);

  struct Query {
    std::vector<real> direction;              // [dim]
    std::vector<std::int64_t> left_out = {};  // rows that are no answer
  };
  // Of unit vectors: those of `rows`; for a row of -1 the next of `others`, made unit.
  Query query(std::span<const std::int64_t> rows, std::span<const real> signs,
              std::span<const std::vector<real>> others = {}) const;

  // For each query the `top` rows of the largest cosine, falling; of equal ones the first row
  // first. One pass over the matrix for up to eight queries; the same for any number of threads.
  std::vector<std::vector<Neighbour>> nearest(std::span<const Query> queries,
                                              std::int64_t top) const;

 private:
  std::vector<Neighbour> best(const real* products, const Query& query, std::int64_t top) const;

  const Vectors& vectors_;
  std::vector<real> inverse_;  // of the rows' lengths
};

}  // namespace dlt::embed
