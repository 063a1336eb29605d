#include "data/pairs.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/rng.h"

namespace dlt::data {
namespace {

constexpr std::size_t block = 1 << 14;  // pairs that are sorted together

// Fisher and Yates.
template <class T>
void shuffle(std::vector<T>& all, std::uint64_t seed) {
  Rng rng(seed);
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[rng.below(i)]);
}

std::int64_t size_of(const Pair& p) { return std::ssize(p.source) + std::ssize(p.target); }

}  // namespace

std::int64_t Pair::length() const { return std::max(std::ssize(source), std::ssize(target)) + 1; }

PairBatch make_batch(const std::vector<const Pair*>& pairs, const Marks& marks) {
  const std::int64_t rows = std::ssize(pairs);
  std::int64_t s = 0, t = 0;
  for (const Pair* p : pairs) {
    s = std::max(s, std::ssize(p->source) + 1);
    t = std::max(t, std::ssize(p->target) + 1);
  }
  std::vector<std::int32_t> source(static_cast<std::size_t>(rows * s), marks.pad);
  std::vector<std::int32_t> input(static_cast<std::size_t>(rows * t), marks.pad);
  std::vector<std::int32_t> target(input.size(), -1);
  PairBatch b;
  for (std::int64_t row = 0; row < rows; ++row) {
    const Pair& p = *pairs[static_cast<std::size_t>(row)];
    *std::ranges::copy(p.source, source.begin() + row * s).out = marks.end;
    std::ranges::copy(p.target, input.begin() + row * t + 1);
    *std::ranges::copy(p.target, target.begin() + row * t).out = marks.end;
    b.source_sizes.push_back(std::ssize(p.source) + 1);
    b.tokens += size_of(p) + 2;
  }
  b.source = Indices({rows, s}, std::move(source));
  b.input = Indices({rows, t}, std::move(input));
  b.target = Indices({rows, t}, std::move(target));
  return b;
}

void sort_by_length(std::span<const Pair*> pairs) {
  std::ranges::stable_sort(pairs, [](const Pair* a, const Pair* b) {
    return std::pair(a->length(), size_of(*a)) < std::pair(b->length(), size_of(*b));
  });
}

std::vector<std::vector<const Pair*>> cut_by_tokens(std::span<const Pair* const> pairs,
                                                    std::int64_t max_tokens) {
  std::vector<std::vector<const Pair*>> cuts;
  std::int64_t s = 0, t = 0;
  for (const Pair* p : pairs) {
    s = std::max(s, std::ssize(p->source) + 1);
    t = std::max(t, std::ssize(p->target) + 1);
    if (cuts.empty() || (std::ssize(cuts.back()) + 1) * (s + t) > max_tokens) {
      cuts.emplace_back();
      s = std::ssize(p->source) + 1;
      t = std::ssize(p->target) + 1;
    }
    cuts.back().push_back(p);
  }
  return cuts;
}

PairBatches::PairBatches(const std::vector<Pair>& pairs, std::int64_t max_tokens,
                         std::uint64_t seed)
    : pairs_(pairs), max_tokens_(max_tokens), seed_(seed) {
  require(!pairs.empty(), "there are no pairs to make batches of");
}

std::vector<const Pair*> PairBatches::batch(std::int64_t step) {
  if (epoch_ < 0 || step < first_step_) {
    first_step_ = 1;
    begin_epoch(0);
  }
  while (step - first_step_ >= std::ssize(batches_)) {
    first_step_ += std::ssize(batches_);
    begin_epoch(epoch_ + 1);
  }
  return batches_[static_cast<std::size_t>(step - first_step_)];
}

std::int64_t PairBatches::mean_tokens() {
  batch(1);
  std::int64_t tokens = 0;
  for (const Pair& p : pairs_) tokens += size_of(p) + 2;
  return tokens / std::ssize(batches_);
}

void PairBatches::begin_epoch(std::int64_t epoch) {
  const std::uint64_t seed = derive(seed_, static_cast<std::uint64_t>(epoch));
  std::vector<const Pair*> order;
  order.reserve(pairs_.size());
  for (const Pair& p : pairs_) order.push_back(&p);
  shuffle(order, derive(seed, "pairs"));
  batches_.clear();
  for (std::size_t at = 0; at < order.size(); at += block) {
    const auto part = std::span(order).subspan(at, std::min(block, order.size() - at));
    sort_by_length(part);
    auto cuts = cut_by_tokens(part, max_tokens_);
    batches_.insert(batches_.end(), std::make_move_iterator(cuts.begin()),
                    std::make_move_iterator(cuts.end()));
  }
  shuffle(batches_, derive(seed, "batches"));
  epoch_ = epoch;
}

}  // namespace dlt::data
