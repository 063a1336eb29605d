#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

namespace dlt::detail {
namespace {

// A pause long enough for the gaps between two ops, short enough to be harmless on a busy machine.
// (Spinning for good, as OpenMP does, is several times slower when other programs run: measured.)
constexpr int spins = 2000;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

// While one is alive, this thread's results that are too small for a normal number become 0.
// Gradients and states that fade away pass through subnormal ones, with which arithmetic is many
// times slower on x86. ARM's processors do not mind them.
class NoSubnormals {
 public:
#if defined(__x86_64__)
  NoSubnormals() : before_(__builtin_ia32_stmxcsr()) {
    constexpr unsigned flush_to_zero = 1U << 15;
    __builtin_ia32_ldmxcsr(before_ | flush_to_zero);
  }
  ~NoSubnormals() { __builtin_ia32_ldmxcsr(before_); }
  NoSubnormals(const NoSubnormals&) = delete;
  NoSubnormals& operator=(const NoSubnormals&) = delete;

 private:
  unsigned before_;
#endif
};

// Returns once `value` differs from `old`.
template <class T>
T wait_for_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < spins; ++i) {
    if (const T now = value.load(std::memory_order_acquire); now != old) return now;
    relax();
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

// Workers join a job while it is open; whoever is late finds it closed. So a job is done when its
// work is, even if the system has given a worker no time: with other programs running, two threads
// are not slower than one.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }

  ~Pool() {
    stopping_ = true;
    wake();
    for (std::thread& w : workers_) w.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Runs `job` here and in every worker that comes in time; returns when all have left it.
  template <class Job>
  void run(const Job& job) {
    job_ = &job;
    call_ = [](const void* j) { (*static_cast<const Job*>(j))(); };
    state_.store(open, std::memory_order_release);
    wake();
    job();
    std::uint32_t inside = state_.fetch_and(~open, std::memory_order_acq_rel) & ~open;
    while (inside != 0) inside = wait_for_change(state_, inside);
  }

 private:
  static constexpr std::uint32_t open = 1u << 31;

  void wake() {
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_all();
  }

  bool join() {
    std::uint32_t s = state_.load(std::memory_order_acquire);
    while ((s & open) != 0) {
      if (state_.compare_exchange_weak(s, s + 1, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

  void work() {
    for (std::uint32_t seen = 0; !stopping_;) {
      seen = wait_for_change(turn_, seen);
      if (!join()) continue;
      call_(job_);
      if (state_.fetch_sub(1, std::memory_order_acq_rel) == 1) state_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> turn_ = 0;
  std::atomic<std::uint32_t> state_ = 0;  // how many workers are inside, and `open`
  std::atomic<bool> stopping_ = false;
  const void* job_ = nullptr;
  void (*call_)(const void*) = nullptr;
};

std::unique_ptr<Pool> pool;          // null while one thread is wanted
thread_local bool in_chunk = false;  // nested loops run in place

}  // namespace

void run_chunks(std::int64_t n, std::int64_t chunks, Chunk chunk, const void* f) {
  if (pool == nullptr || chunks < 2 || in_chunk) {
    const NoSubnormals small_is_zero;
    if (n > 0) chunk(f, 0, n);
    return;
  }
  // Several parts a thread: one that is interrupted leaves its share to the others.
  const std::int64_t parts = std::min<std::int64_t>(4 * pool->threads(), chunks);
  std::atomic<std::int64_t> next = 0;
  pool->run([&] {
    const NoSubnormals small_is_zero;
    in_chunk = true;
    for (std::int64_t i = next++; i < parts; i = next++) {
      chunk(f, i * n / parts, (i + 1) * n / parts);
    }
    in_chunk = false;
  });
}

}  // namespace dlt::detail

namespace dlt {

void set_threads(int count) {
  detail::pool.reset();
  if (count > 1) detail::pool = std::make_unique<detail::Pool>(count);
}

int threads() { return detail::pool == nullptr ? 1 : detail::pool->threads(); }

}  // namespace dlt
