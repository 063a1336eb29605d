#include "ngram/room.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>

namespace dlt::ngram {
namespace {

// Linux counts there what can be had without swapping; 0 if it does not say.
std::size_t available_memory() {
  std::ifstream info("/proc/meminfo");
  std::string name, unit;
  for (std::size_t kib = 0; info >> name >> kib; std::getline(info, unit)) {
    if (name == "MemAvailable:") return kib * 1024;
  }
  return 0;
}

}  // namespace

std::size_t memory_limit(const Workspace& work) {
  if (work.memory > 0) return static_cast<std::size_t>(work.memory);
  const std::size_t available = available_memory();
  return available > 0 ? available / 2 : std::size_t{1} << 30;
}

std::string temporary_folder(const Workspace& work) {
  if (!work.tmp.empty()) return work.tmp;
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

Storage room_for(std::size_t bytes, const Workspace& work) {
  return bytes <= memory_limit(work) ? Storage{} : Storage{temporary_folder(work)};
}

std::size_t piece_end(const Array<Node>& first, std::size_t begin, std::size_t most) {
  const std::size_t end = std::min(first.size() - 1, begin + most);
  const std::uint64_t last = std::uint64_t{first[begin]} + most;
  const Node* at = std::upper_bound(first.data() + begin + 1, first.data() + end + 1, last);
  return std::max(begin + 1, static_cast<std::size_t>(at - first.data()) - 1);
}

}  // namespace dlt::ngram
