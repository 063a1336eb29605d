#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

// Numbers as 8-bit codes of 256 values.
namespace dlt::ngram {

class Quantizer {
 public:
  // Bins of equal population, each standing for the mean of its numbers; those in `exact` (told
  // apart by their bits: 0 is not -0) have codes of their own, and so have all if there are few.
  Quantizer(std::span<const float> values, std::span<const float> exact);

  std::uint8_t code(float value) const;  // of one of the values
  const std::array<float, 256>& table() const { return table_; }

 private:
  std::size_t exact_;  // how many codes, the lowest, are exact
  std::array<float, 256> table_{};
  std::array<float, 256> highest_{};  // of each bin behind them
};

}  // namespace dlt::ngram
