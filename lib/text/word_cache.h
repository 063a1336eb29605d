#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dlt::text {

// Words seen before and their ids: text repeats itself. Bounded: forgets everything when full.
class WordCache {
 public:
  static constexpr std::size_t longest = 64;  // bytes of a word worth keeping

  // nullptr if the word is new; valid until the next put().
  const std::vector<std::int32_t>* find(std::string_view word) const {
    const auto found = words_.find(word);
    return found == words_.end() ? nullptr : &found->second;
  }

  void put(std::string_view word, const std::vector<std::int32_t>& ids) {
    if (word.size() > longest) return;
    if (words_.size() == capacity) words_.clear();
    words_.emplace(word, ids);
  }

 private:
  static constexpr std::size_t capacity = 1 << 16;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::vector<std::int32_t>, Hash, std::equal_to<>> words_;
};

}  // namespace dlt::text
