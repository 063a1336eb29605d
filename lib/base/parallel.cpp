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

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  }

  ~Pool() {
    call_ = nullptr;
    start();
    for (std::thread& w : workers_) w.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  template <class Job>
  void run(const Job& job) {
    job_ = &job;
    call_ = [](const void* j, int i) { (*static_cast<const Job*>(j))(i); };
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    start();
    job(0);
    for (int left = busy_.load(std::memory_order_acquire); left != 0;) {
      left = wait_for_change(busy_, left);
    }
  }

 private:
  void start() {
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_all();
  }

  void work(int index) {
    for (std::uint32_t seen = 0;;) {
      seen = wait_for_change(turn_, seen);
      if (call_ == nullptr) return;
      call_(job_, index);
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> turn_ = 0;
  std::atomic<int> busy_ = 0;
  const void* job_ = nullptr;
  void (*call_)(const void*, int) = nullptr;
};

std::unique_ptr<Pool> pool;          // null while one thread is wanted
thread_local bool in_chunk = false;  // nested loops run in place

}  // namespace

void run_chunks(std::int64_t n, std::int64_t chunks, Chunk chunk, const void* f) {
  if (pool == nullptr || chunks < 2 || in_chunk) {
    if (n > 0) chunk(f, 0, n);
    return;
  }
  const std::int64_t parts = std::min<std::int64_t>(pool->threads(), chunks);
  pool->run([=](int i) {
    if (i >= parts) return;
    in_chunk = true;
    chunk(f, i * n / parts, (i + 1) * n / parts);
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
