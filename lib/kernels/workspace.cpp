#include "kernels/workspace.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <sys/mman.h>

namespace dlt::kernels {
namespace {

struct Free {
  void operator()(void* p) const { std::free(p); }
};

struct Buffer {
  std::unique_ptr<real, Free> data;
  std::size_t bytes = 0;
};

thread_local std::array<Buffer, 4> buffers;

}  // namespace

real* workspace(Slot slot, std::int64_t count) noexcept {
  constexpr std::size_t small_step = std::size_t{1} << 12, huge_page = std::size_t{1} << 21;
  Buffer& buffer = buffers[static_cast<std::size_t>(slot)];
  const std::size_t wanted = static_cast<std::size_t>(count) * sizeof(real);
  if (wanted > buffer.bytes) {
    const std::size_t step = wanted > huge_page / 8 ? huge_page : small_step;
    buffer.bytes = (wanted + step - 1) / step * step;
    buffer.data.reset(static_cast<real*>(std::aligned_alloc(step, buffer.bytes)));
    if (buffer.data == nullptr) std::abort();  // a few megabytes: the system is out of memory
    if (step == huge_page) ::madvise(buffer.data.get(), buffer.bytes, MADV_HUGEPAGE);
  }
  return buffer.data.get();
}

}  // namespace dlt::kernels
