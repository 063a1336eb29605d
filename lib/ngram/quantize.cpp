#include "ngram/quantize.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

namespace dlt::ngram {
namespace {

// Unsigned numbers in the order of the floats, NaN (no model has one) last.
std::uint32_t key(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits >> 31) != 0 ? ~bits : bits | 0x80000000;
}

// By three rounds of counting 11 bits.
void sort(std::vector<float>& values) {
  constexpr int digit = 11, buckets = 1 << digit;
  std::vector<float> other(values.size());
  for (int shift = 0; shift < 32; shift += digit) {
    const auto bucket = [&](float v) { return (key(v) >> shift) & (buckets - 1); };
    std::array<std::size_t, buckets + 1> begin{};
    for (float v : values) ++begin[bucket(v) + 1];
    for (std::size_t b = 0; b < buckets; ++b) begin[b + 1] += begin[b];
    for (float v : values) other[begin[bucket(v)]++] = v;
    values.swap(other);
  }
}

std::size_t place_in(std::span<const float> exact, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto at = std::find_if(exact.begin(), exact.end(),
                               [bits](float e) { return std::bit_cast<std::uint32_t>(e) == bits; });
  return static_cast<std::size_t>(at - exact.begin());
}

}  // namespace

Quantizer::Quantizer(std::span<const float> values, std::span<const float> exact)
    : exact_(exact.size()) {
  std::vector<float> rest;
  rest.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(rest),
               [&](float v) { return place_in(exact, v) == exact.size(); });
  sort(rest);
  std::size_t different = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) different += i == 0 || rest[i] != rest[i - 1];
  std::copy(exact.begin(), exact.end(), table_.begin());
  highest_.fill(std::numeric_limits<float>::infinity());
  const bool few = different <= table_.size() - exact_;
  std::size_t at = 0;
  for (std::size_t bin = exact_; bin < table_.size() && at < rest.size(); ++bin) {
    // Equal ones stay together; what bins took too much the later ones share.
    const std::size_t share = few ? 1 : (rest.size() - at) / (table_.size() - bin);
    std::size_t end = std::min(at + std::max<std::size_t>(share, 1), rest.size());
    while (end < rest.size() && rest[end] == rest[end - 1]) ++end;
    double sum = 0;
    for (std::size_t i = at; i < end; ++i) sum += static_cast<double>(rest[i]);
    table_[bin] = static_cast<float>(sum / static_cast<double>(end - at));
    highest_[bin] = rest[end - 1];
    at = end;
  }
}

std::uint8_t Quantizer::code(float value) const {
  const std::size_t place = place_in(std::span(table_).first(exact_), value);
  if (place < exact_) return static_cast<std::uint8_t>(place);
  const auto* begin = highest_.begin() + exact_;
  const auto* bin = std::lower_bound(begin, highest_.end() - 1, value);
  return static_cast<std::uint8_t>(bin - highest_.begin());
}

}  // namespace dlt::ngram
