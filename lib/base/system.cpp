#include "base/system.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace dlt {
namespace {

// Of a container (control groups, version 2 or 1); "max" and huge numbers mean none.
std::int64_t memory_limit() {
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "r"), std::fclose);
    long long bytes = 0;
    if (file != nullptr && std::fscanf(file.get(), "%lld", &bytes) == 1 && bytes > 0) return bytes;
  }
  return INT64_MAX;
}

}  // namespace

std::int64_t memory_bytes() {
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  return std::min(pages * ::sysconf(_SC_PAGESIZE), memory_limit());
}

std::int64_t peak_rss_bytes() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

int processor_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace dlt
