#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace dlt::ngram {

// Words and how often each was added, in the order of their first coming.
class WordTable {
 public:
  struct Word {
    const char* text;
    std::size_t size;
    std::uint64_t hash, count;
    std::string_view view() const { return {text, size}; }
  };

  WordTable() : slots_(1 << 12) {}
  // `hash` is Vocabulary's.
  void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  void add(std::string_view word, std::uint64_t hash, std::uint64_t count);

  const std::vector<Word>& words() const { return words_; }

 private:
  const char* keep(std::string_view word);
  void grow();

  std::vector<std::uint64_t> slots_;  // high half of the hash, index of the word + 1; 0: free
  std::vector<Word> words_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t left_ = 0;  // in the last block
  char* free_ = nullptr;
};

}  // namespace dlt::ngram
