#include "embed/vectors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/parallel.h"

namespace dlt::embed {
namespace {

constexpr std::uint64_t low = 0xFFFFFFFF;

}  // namespace

bool has_space(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

Vectors first_words(const Vectors& vectors, std::int64_t count) {
  if (count >= vectors.size()) return vectors;
  Vectors first;
  first.subwords = vectors.subwords;
  first.words.assign(vectors.words.begin(), vectors.words.begin() + count);
  if (!vectors.counts.empty()) {
    first.counts.assign(vectors.counts.begin(), vectors.counts.begin() + count);
  }
  const std::int64_t dim = vectors.dim();
  first.rows = Tensor::from({count, dim},
                            vectors.rows.values().first(static_cast<std::size_t>(count * dim)));
  return first;
}

std::function<void(std::size_t, std::span<real>)> reader_of(const Tensor& rows) {
  return [rows](std::size_t row, std::span<real> to) {
    std::copy_n(rows.data() + static_cast<std::int64_t>(row) * rows.dim(1), to.size(), to.data());
  };
}

std::vector<real> inverse_lengths(const Tensor& rows) {
  const std::int64_t count = rows.dim(0), dim = rows.dim(1);
  std::vector<real> inverse(static_cast<std::size_t>(count));
  parallel_each(count, dim, [&](std::int64_t i) {
    const real* row = rows.data() + i * dim;
    double lanes[8] = {};
    std::int64_t j = 0;
    for (; j + 8 <= dim; j += 8) {
      for (int k = 0; k < 8; ++k) lanes[k] += static_cast<double>(row[j + k]) * row[j + k];
    }
    for (int k = 0; j < dim; ++j, ++k) lanes[k] += static_cast<double>(row[j]) * row[j];
    double sum = 0;
    for (double lane : lanes) sum += lane;
    inverse[static_cast<std::size_t>(i)] = sum > 0 ? static_cast<real>(1 / std::sqrt(sum)) : 0;
  });
  return inverse;
}

Tensor unit_rows(const Tensor& rows) {
  const std::vector<real> inverse = inverse_lengths(rows);
  const std::int64_t dim = rows.dim(1);
  Tensor unit = Tensor::uninitialized(rows.shape());
  real* out = unit.mutable_data();
  parallel_each(rows.dim(0), dim, [&](std::int64_t i) {
    const real* row = rows.data() + i * dim;
    const real scale = inverse[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j < dim; ++j) out[i * dim + j] = row[j] * scale;
  });
  return unit;
}

WordIndex::WordIndex(const Vectors& vectors)
    : words_(vectors.words), slots_(std::bit_ceil(vectors.words.size() * 2 + 1)) {
  require(words_.size() < low, Exit::usage, "{} words are too many: at most {} are possible",
          words_.size(), low - 1);
  for (std::size_t row = 0; row < words_.size(); ++row) {
    const std::size_t hash = std::hash<std::string_view>()(words_[row]);
    std::uint64_t& slot = slots_[slot_of(words_[row], hash)];
    if (slot == 0) {
      slot = (hash & ~low) | (row + 1);
    } else if (repeated_ < 0) {
      repeated_ = static_cast<std::int64_t>(row);
    }
  }
}

// Where the word is, or the empty slot where it would be.
std::size_t WordIndex::slot_of(std::string_view word, std::size_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const std::uint64_t slot = slots_[at];
    if (slot == 0) return at;
    if (((slot ^ hash) & ~low) == 0 && words_[(slot & low) - 1] == word) return at;
  }
}

std::int64_t WordIndex::find(std::string_view word) const {
  const std::uint64_t slot = slots_[slot_of(word, std::hash<std::string_view>()(word))];
  return static_cast<std::int64_t>(slot & low) - 1;
}

}  // namespace dlt::embed
