#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/rng.h"

namespace dlt::text {

// A hash map from two ids to a small value: one flat table, linear probing, at most half full.
// Merging asks it for every pair of neighbours, which std::unordered_map makes the slowest step.
template <class Value>
class PairMap {
 public:
  explicit PairMap(std::size_t expected = 8) { reset(expected); }

  const Value* find(std::int32_t left, std::int32_t right) const {
    const Slot& slot = slots_[place(key(left, right))];
    return slot.key == empty ? nullptr : &slot.value;
  }

  // The value of a pair, Value{} if it is new. Adding a pair moves the others.
  Value& at(std::int32_t left, std::int32_t right) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(key(left, right))];
    if (slot.key == empty) {
      slot.key = key(left, right);
      ++size_;
    }
    return slot.value;
  }

 private:
  static constexpr std::uint64_t empty = ~0ull;  // ids are not negative: no pair has this key
  struct Slot {
    std::uint64_t key = empty;
    Value value{};
  };

  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
  }

  void reset(std::size_t expected) {
    std::size_t count = 16;
    while (count < 2 * expected) count *= 2;
    slots_.assign(count, Slot{});
    size_ = 0;
  }

  std::size_t place(std::uint64_t k) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = mix(k) & mask;
    while (slots_[i].key != empty && slots_[i].key != k) i = (i + 1) & mask;
    return i;
  }

  void grow() {
    std::vector<Slot> old = std::exchange(slots_, {});
    const std::size_t count = size_;
    reset(old.size());
    for (Slot& slot : old) {
      if (slot.key != empty) slots_[place(slot.key)] = std::move(slot);
    }
    size_ = count;
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace dlt::text
