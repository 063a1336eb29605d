#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace dlt {

__extension__ using Uint128 = unsigned __int128;

// SplitMix64's finalizer (Steele, Lea, Flood 2014): a bijection that scatters every bit.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

// A seed of its own for part `index` of whatever `seed` stands for.
constexpr std::uint64_t derive(std::uint64_t seed, std::uint64_t index) {
  return mix(seed + 0x9E3779B97F4A7C15ull * (index + 1));
}

constexpr std::uint64_t derive(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return derive(seed, hash);
}

// SplitMix64: small, fast, and its whole state is one number a checkpoint can hold.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15ull); }
  std::uint64_t below(std::uint64_t n) {  // uniform in [0, n), n > 0
    return static_cast<std::uint64_t>((static_cast<Uint128>(next()) * n) >> 64);
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() {  // Box-Muller, one of the pair
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace dlt
