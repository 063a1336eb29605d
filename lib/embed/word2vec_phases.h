#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

namespace dlt::embed {

// Works in phases, each of several parts that any thread may do, none begun before the phase before
// it is done: a few microseconds each, too little for a parallel_for of their own. Every thread
// goes through all phases; one that comes late finds them done, and the others never wait for it.
class Phases {
 public:
  explicit Phases(std::size_t count) : phases_(std::make_unique<Phase[]>(count)) {}

  // Calls f(i) for those of 0 .. n - 1 that nobody has begun; returns when all are done.
  template <class F>
  void run(std::size_t phase, std::int64_t n, const F& f) {
    Phase& p = phases_[phase];
    for (std::int64_t i = p.next++; i < n; i = p.next++) {
      f(i);
      p.done.fetch_add(1, std::memory_order_release);
    }
    for (int waits = 0; p.done.load(std::memory_order_acquire) != n; ++waits) {
      if (waits > most_waits) std::this_thread::yield();
    }
  }

 private:
  static constexpr int most_waits = 10000;  // some microseconds
  struct alignas(64) Phase {
    std::atomic<std::int64_t> next = 0, done = 0;
  };
  std::unique_ptr<Phase[]> phases_;
};

}  // namespace dlt::embed
