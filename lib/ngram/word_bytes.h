#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Short strings by a few whole loads instead of calls or loops over bytes. Little-endian.
namespace dlt::ngram {

static_assert(std::endian::native == std::endian::little);

template <class T>
T load(const char* at) {
  T value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// The `size` < 8 bytes from `at`, the first one lowest.
inline std::uint64_t load_tail(const char* at, std::size_t size) {
  if (size >= 4) {  // two loads that overlap agree where they do
    const std::uint64_t high = load<std::uint32_t>(at + size - 4);
    return load<std::uint32_t>(at) | high << (8 * (size - 4));
  }
  const auto byte = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  };
  return size == 0 ? 0 : byte(0) | byte(size / 2) | byte(size - 1);
}

inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  for (; size >= 8; a += 8, b += 8, size -= 8) {
    if (load<std::uint64_t>(a) != load<std::uint64_t>(b)) return false;
  }
  return load_tail(a, size) == load_tail(b, size);
}

// How many of the 8 bytes from `at` are in front of the first one below `limit` <= 128; 8: all.
inline int before_below(const char* at, unsigned limit) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto bytes = load<std::uint64_t>(at);
  return std::countr_zero((bytes - ones * limit) & ~bytes & highs) / 8;
}

}  // namespace dlt::ngram
