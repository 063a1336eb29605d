#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tensor/tensor.h"

namespace dlt::models {

// Lists of ids, one behind the other.
class IdLists {
 public:
  void add(std::span<const std::int32_t> ids) {
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    ends_.push_back(std::ssize(ids_));
  }
  std::int64_t size() const { return std::ssize(ends_) - 1; }

  struct Bags {
    Indices ids, first;  // as ops::embedding_bag takes them
  };
  Bags chosen(std::span<const std::int64_t> members) const;

 private:
  std::vector<std::int32_t> ids_;
  std::vector<std::int64_t> ends_ = {0};
};

// The words of texts that the vocabulary knows, and buckets of their word n-grams.
struct EncodedTexts {
  IdLists words, grams;
  std::vector<std::int32_t> labels;  // of each text, or none
  std::int64_t size() const { return words.size(); }
};

// Turns texts into ids. Refers to the words it is made from.
class TextEncoder {
 public:
  // Texts are also runs of 2 .. `ngrams` words, hashed into `buckets`.
  TextEncoder(const std::vector<std::string>& words, std::int64_t ngrams, std::int64_t buckets);

  std::int64_t find(std::string_view word) const;  // -1: not there
  void add(std::string_view text, EncodedTexts& to) const;

 private:
  std::unordered_map<std::string_view, std::int32_t> ids_;
  std::int64_t ngrams_;
  std::uint64_t buckets_;
};

}  // namespace dlt::models
