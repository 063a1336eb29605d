#pragma once

#include <cstdint>
#include <vector>

namespace dlt {

namespace detail {
using Chunk = void (*)(const void* f, std::int64_t begin, std::int64_t end);
void run_chunks(std::int64_t n, std::int64_t chunks, Chunk chunk, const void* f);
}  // namespace detail

void set_threads(int count);  // 1 until called; never while a parallel_for runs
int threads();

// Calls f(begin, end) over [0, n) in contiguous chunks of at least `grain`. f must not throw, and
// each index must be written by its own chunk only: then results do not depend on the threads.
// Inside f what would be subnormal becomes 0, where that is faster.
template <class F>
void parallel_for(std::int64_t n, std::int64_t grain, const F& f) {
  const std::int64_t chunks = grain < 1 ? n : (n + grain - 1) / grain;
  detail::run_chunks(
      n, chunks,
      [](const void* p, std::int64_t b, std::int64_t e) { (*static_cast<const F*>(p))(b, e); }, &f);
}

// So many elements of simple arithmetic are worth a thread.
constexpr std::int64_t worth_a_thread = 16384;

// Calls f(i) for each i of [0, n), cheap ones in chunks; each costs as much as `cost` elements of
// simple arithmetic. Otherwise as parallel_for.
template <class F>
void parallel_each(std::int64_t n, std::int64_t cost, const F& f) {
  const std::int64_t grain = cost < 1 ? worth_a_thread : worth_a_thread / cost;
  parallel_for(n, grain < 1 ? 1 : grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

// The sum of f(begin, end) over fixed chunks of `grain`, added in index order: the same bits for
// any number of threads.
template <class F>
double parallel_sum(std::int64_t n, std::int64_t grain, const F& f) {
  const std::int64_t chunks = (n + grain - 1) / grain;
  std::vector<double> parts(static_cast<std::size_t>(chunks));
  parallel_for(chunks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      const std::int64_t stop = (c + 1) * grain < n ? (c + 1) * grain : n;
      parts[static_cast<std::size_t>(c)] = f(c * grain, stop);
    }
  });
  double total = 0;
  for (double part : parts) total += part;
  return total;
}

}  // namespace dlt
