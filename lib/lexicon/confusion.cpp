#include "lexicon/confusion.h"

#include <numeric>

namespace dlt::lexicon {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::int64_t Confusion::of(std::size_t truth) const {
  std::int64_t sum = 0;
  for (std::size_t guess = 0; guess < classes_; ++guess) sum += count(truth, guess);
  return sum;
}

std::int64_t Confusion::guessed(std::size_t guess) const {
  std::int64_t sum = 0;
  for (std::size_t truth = 0; truth < classes_; ++truth) sum += count(truth, guess);
  return sum;
}

std::int64_t Confusion::right() const {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < classes_; ++c) sum += count(c, c);
  return sum;
}

std::int64_t Confusion::all() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

double Confusion::accuracy() const { return ratio(right(), all()); }
double Confusion::precision(std::size_t c) const { return ratio(count(c, c), guessed(c)); }
double Confusion::recall(std::size_t c) const { return ratio(count(c, c), of(c)); }
double Confusion::f1(std::size_t c) const { return ratio(2 * count(c, c), of(c) + guessed(c)); }

double Confusion::macro_f1() const {
  double sum = 0, classes = 0;
  for (std::size_t c = 0; c < classes_; ++c) {
    if (of(c) + guessed(c) == 0) continue;
    sum += f1(c);
    ++classes;
  }
  return classes == 0 ? 0 : sum / classes;
}

}  // namespace dlt::lexicon
