#include "ngram/room.h"

#include <algorithm>
#include <cstdint>

namespace dlt::ngram {
Storage room_for(std::size_t bytes, const Workspace& work) {
  return static_cast<std::int64_t>(bytes) <= work.limit() ? Storage{} : Storage{work.folder()};
}

std::size_t piece_end(const Array<Node>& first, std::size_t begin, std::size_t most) {
  const std::size_t end = std::min(first.size() - 1, begin + most);
  const std::uint64_t last = std::uint64_t{first[begin]} + most;
  const Node* at = std::upper_bound(first.data() + begin + 1, first.data() + end + 1, last);
  return std::max(begin + 1, static_cast<std::size_t>(at - first.data()) - 1);
}

}  // namespace dlt::ngram
