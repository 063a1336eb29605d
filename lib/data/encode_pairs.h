#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/pair_set.h"

namespace dlt::data {

// A tokenizer, and the marks, which are ids of it or follow them.
struct PairVocabulary {
  // Without marks: its tokens <pad> and </s>, where it has them; else two ids more than it has.
  PairVocabulary(std::unique_ptr<text::Tokenizer> tokenizer, std::optional<Marks> marks);

  // A line without marks. Exit::data "PLACE, column 3: ..." where the tokenizer cannot take it.
  std::vector<std::int32_t> encode(const std::string& line, const std::string& place) const;
  // One line of UTF-8, whatever the ids.
  std::string decode(const std::vector<std::int32_t>& ids) const;
  bool has_mark(const std::vector<std::int32_t>& ids) const;

  std::unique_ptr<text::Tokenizer> tokenizer;
  Marks marks;
  std::int64_t size = 0;  // of both
};

bool is_blank(std::string_view line);

struct EncodedPairs {
  std::vector<Pair> pairs;
  std::vector<std::size_t> places;  // of each in the texts
  // What could not be used and why, a sentence for each reason with a first file:line.
  std::vector<std::string> left_out;
};

// Pairs are left out that have an empty side, one of more than `longest` tokens, or a mark in it.
// Exit::data if none is left. `stage` is told how much is done.
EncodedPairs encode_pairs(const TextPairs& texts, const PairVocabulary& vocabulary,
                          std::int64_t longest, const std::function<void(double)>& stage);

}  // namespace dlt::data
