#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <new>
#include <sys/mman.h>

#include "base/error.h"
#include "base/system.h"
#include "tensor/tensor.h"

namespace dlt {
namespace {

std::atomic<std::int64_t> bytes_in_use = 0, bytes_peak = 0;

// Large blocks come back in the same sizes at every step. Giving them to the system and asking for
// them again would fault in every page anew, which costs as much as the arithmetic on them. Where
// sizes change from step to step, those that have not been asked for longest are given back.
class Cache {
 public:
  static constexpr std::size_t smallest = 1 << 16;  // below this malloc is as good

  void* take(std::size_t& bytes) {
    const std::lock_guard lock(mutex_);
    auto fits = by_size_.lower_bound(bytes);
    if (fits == by_size_.end() || fits->first > bytes + bytes / 8) return nullptr;
    fits = std::prev(by_size_.upper_bound(fits->first));  // of equals the last freed: still in a
                                                          // processor's cache
    void* block = fits->second->block;
    bytes = fits->first;
    by_age_.erase(fits->second);
    by_size_.erase(fits);
    kept_ -= bytes;
    return block;
  }

  // Keeps no more than `most` bytes.
  void give(void* block, std::size_t bytes, std::size_t most) {
    const std::lock_guard lock(mutex_);
    by_age_.push_back({bytes, block});
    by_size_.emplace(bytes, std::prev(by_age_.end()));
    kept_ += bytes;
    while (kept_ > most) give_back_oldest();
  }

  std::size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

  void give_back() {  // to the system
    const std::lock_guard lock(mutex_);
    while (kept_ > 0) give_back_oldest();
  }

 private:
  struct Free {
    std::size_t bytes;
    void* block;
  };
  using Place = std::list<Free>::iterator;

  void give_back_oldest() {
    const Place oldest = by_age_.begin();
    const auto [first, last] = by_size_.equal_range(oldest->bytes);
    by_size_.erase(std::find_if(first, last, [&](const auto& f) { return f.second == oldest; }));
    kept_ -= oldest->bytes;
    std::free(oldest->block);
    by_age_.erase(oldest);
  }

  std::mutex mutex_;
  std::list<Free> by_age_;
  std::multimap<std::size_t, Place> by_size_;
  std::size_t kept_ = 0;  // bytes of all of them
};

Cache& cache() {
  static Cache* instance = new Cache;  // outlives every static Tensor
  return *instance;
}

void count_in(std::size_t bytes) {
  const std::int64_t now = bytes_in_use += static_cast<std::int64_t>(bytes);
  for (std::int64_t peak = bytes_peak; now > peak && !bytes_peak.compare_exchange_weak(peak, now);)
    ;
}

// What may be kept beside what is in use, so that both are little more than the most that ever was.
std::size_t most_kept() {
  const std::int64_t peak = bytes_peak, now = bytes_in_use;
  return static_cast<std::size_t>(std::max<std::int64_t>(peak + peak / 4 - now, 0));
}

// Null if there is not so much: the system would rather end the program than say so.
void* new_block(std::size_t alignment, std::size_t bytes) {
  static const auto memory = static_cast<std::size_t>(memory_bytes());
  const auto in_use = static_cast<std::size_t>(bytes_in_use.load());
  if (bytes > memory || in_use > memory - bytes) return nullptr;
  if (in_use + cache().kept() > memory - bytes) cache().give_back();
  void* block = std::aligned_alloc(alignment, bytes);
  if (block != nullptr) return block;
  cache().give_back();
  return std::aligned_alloc(alignment, bytes);
}

}  // namespace

Storage::Storage(std::int64_t size) {
  constexpr std::size_t line = 64, huge_page = std::size_t{1} << 21;
  bytes_ = (std::max<std::size_t>(static_cast<std::size_t>(size) * sizeof(real), 1) + line - 1) /
           line * line;
  void* block = bytes_ >= Cache::smallest ? cache().take(bytes_) : nullptr;
  if (block == nullptr) {
    const std::size_t alignment = bytes_ >= 2 * huge_page ? huge_page : line;
    block = new_block(alignment, (bytes_ + alignment - 1) / alignment * alignment);
    require(block != nullptr,
            "out of memory: {} bytes more are not to be had; use a smaller model "
            "or batch",
            bytes_);
    if (alignment == huge_page) ::madvise(block, bytes_, MADV_HUGEPAGE);
  }
  data_ = static_cast<real*>(block);
  count_in(bytes_);
}

Storage::Storage(real* data, std::shared_ptr<const void> owner)
    : data_(data), owner_(std::move(owner)) {}

Storage::~Storage() {
  if (owner_ != nullptr) return;
  bytes_in_use -= static_cast<std::int64_t>(bytes_);
  if (bytes_ >= Cache::smallest) {
    cache().give(data_, bytes_, most_kept());
  } else {
    std::free(data_);
  }
}

std::int64_t Storage::peak_bytes() { return bytes_peak; }
std::int64_t Storage::kept_bytes() { return static_cast<std::int64_t>(cache().kept()); }
void Storage::reset_peak() { bytes_peak = bytes_in_use.load(); }

}  // namespace dlt
