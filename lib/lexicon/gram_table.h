#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::lexicon {

// Numbers different strings in the order in which they come: 0, 1, ...; some 20 bytes each beside
// the text. At most 2^32 - 2.
class GramTable {
 public:
  static constexpr std::uint32_t absent = ~std::uint32_t{0};

  std::uint32_t add(std::string_view gram);  // its number, a new one if it has none
  std::uint32_t find(std::string_view gram) const;
  std::string_view gram(std::uint32_t number) const {
    return std::string_view(text_).substr(begins_[number], begins_[number + 1] - begins_[number]);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(begins_.size() - 1); }

 private:
  std::size_t place(std::string_view gram, std::uint64_t hash) const;
  void grow();

  std::string text_;  // end to end
  std::vector<std::size_t> begins_ = {0};
  std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(16);  // high half of the hash,
                                                                       // number + 1; 0: free
};

}  // namespace dlt::lexicon
