#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "tensor/tensor.h"
#include "text/tokenizer.h"

namespace dlt::data {

// A long sequence of token ids, kept in 1, 2 or 4 bytes each, memory-mapped where it comes from a
// file.
class Tokens {
 public:
  Tokens() = default;

  // Text as it lies in a mapped file, one token a byte.
  static Tokens of_bytes(MappedFile file, std::size_t begin, std::size_t end);
  static Tokens of_ids(const std::vector<std::int32_t>& ids, std::int64_t vocab);

  // What encoding `text` gives. Kept in the file `path`, from where it is mapped; a file there that
  // holds this very text by this very tokenizer is used as it is. Without a path: in memory.
  static Tokens encoded(std::string_view text, const text::Tokenizer& tokenizer,
                        const std::string& path);
  void keep(const std::string& path);  // moves what encoded() left in memory to a file

  std::int64_t size() const { return size_; }
  std::int32_t operator[](std::int64_t i) const {
    const std::byte* at = bytes_ + i * width_;
    switch (width_) {
      case 1:
        return static_cast<std::int32_t>(*at);
      case 2:
        return load<std::uint16_t>(at);
      default:
        return static_cast<std::int32_t>(load<std::uint32_t>(at));
    }
  }

 private:
  template <class T>
  static T load(const std::byte* at) {
    T value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
  }

  void map(const std::string& path);

  MappedFile file_;
  std::vector<std::byte> own_;  // where there is no file
  const std::byte* bytes_ = nullptr;
  std::uint64_t source_ = 0;  // hash of text and tokenizer, where encoded() made it
  std::int64_t size_ = 0;
  int width_ = 1;
};

struct TokenBatch {
  Indices input, target;  // [batch, time], target is input shifted by one
};

// `batch` windows of time + 1 tokens that start anywhere: a pure function of its arguments, so a
// resumed run sees the batches that the interrupted one would have seen.
TokenBatch random_windows(const Tokens& tokens, std::int64_t batch, std::int64_t time,
                          std::uint64_t seed);

// Windows number first, first + 1, ... of those that cover the tokens once, side by side. Targets
// past the end are -1.
TokenBatch windows_in_order(const Tokens& tokens, std::int64_t first, std::int64_t batch,
                            std::int64_t time);
std::int64_t count_windows(const Tokens& tokens, std::int64_t time);

}  // namespace dlt::data
