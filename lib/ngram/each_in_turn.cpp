#include "ngram/each_in_turn.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "base/parallel.h"

namespace dlt::ngram {

void each_in_turn(std::int64_t n, const std::function<void(int slot, std::int64_t i)>& f,
                  const std::function<void(double)>& progress) {
  const auto caller = std::this_thread::get_id();
  std::atomic<std::int64_t> next = 0, done = 0;
  std::atomic<std::int64_t> failed = n;  // nothing is begun behind a failure
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&](int slot) {
    for (std::int64_t i = next++; i < failed; i = next++) {
      try {
        f(slot, i);
        ++done;
        if (progress && std::this_thread::get_id() == caller) {
          progress(static_cast<double>(done) / static_cast<double>(n));
        }
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (i < failed) {
          failed = i;
          error = std::current_exception();
        }
      }
    }
  };
  parallel_for(threads(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t slot = begin; slot < end; ++slot) work(static_cast<int>(slot));
  });
  if (error) std::rethrow_exception(error);
}

}  // namespace dlt::ngram
