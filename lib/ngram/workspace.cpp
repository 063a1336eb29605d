#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/system.h"
#include "ngram/counts.h"

namespace dlt::ngram {
namespace {

std::int64_t available_memory() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/meminfo", "r"),
                                                             std::fclose);
  char line[128];
  long long kib = 0;
  while (file != nullptr && std::fgets(line, sizeof line, file.get()) != nullptr) {
    if (std::sscanf(line, "MemAvailable: %lld kB", &kib) == 1) {
      return std::min<std::int64_t>(kib * 1024, memory_bytes());
    }
  }
  return memory_bytes();
}

}  // namespace

std::int64_t Workspace::limit() const { return memory > 0 ? memory : available_memory() / 2; }

std::string Workspace::folder() const {
  if (!tmp.empty()) return tmp;
  const char* variable = std::getenv("TMPDIR");
  return variable != nullptr && *variable != '\0' ? variable : "/tmp";
}

}  // namespace dlt::ngram
