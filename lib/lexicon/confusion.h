#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dlt::lexicon {

// How often class `truth` was taken for class `guess`.
class Confusion {
 public:
  explicit Confusion(std::size_t classes) : classes_(classes), counts_(classes * classes) {}

  void add(std::size_t truth, std::size_t guess) { ++counts_[truth * classes_ + guess]; }
  std::int64_t count(std::size_t truth, std::size_t guess) const {
    return counts_[truth * classes_ + guess];
  }
  std::int64_t of(std::size_t truth) const;       // all of that class
  std::int64_t guessed(std::size_t guess) const;  // all that were taken for it
  std::int64_t right() const;
  std::int64_t all() const;

  double accuracy() const;
  double precision(std::size_t c) const;  // 0 if nothing was taken for it
  double recall(std::size_t c) const;     // 0 if there is nothing of it
  double f1(std::size_t c) const;         // harmonic mean of the two
  double macro_f1() const;                // mean over classes that occur or were guessed

 private:
  std::size_t classes_;
  std::vector<std::int64_t> counts_;
};

}  // namespace dlt::lexicon
