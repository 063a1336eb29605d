#include "ngram/partition.h"

#include <algorithm>
#include <numeric>

namespace dlt::ngram {

Partition::Partition(std::span<const std::uint64_t> counts, std::int64_t parts)
    : homes_(counts.size()), quantiles_(counts.size()) {
  constexpr std::uint64_t quantiles = 1 << quantile_bits;
  // As words before others, <s> is as frequent as </s>.
  const auto as_history = [&](std::size_t w) {
    return counts[w == sentence_begin ? sentence_end : w];
  };
  std::uint64_t total = 0, history = 0, seen = 0, open = 0;
  for (std::size_t w = 0; w < counts.size(); ++w) {
    total += counts[w];
    history += as_history(w);
  }
  const std::uint64_t most = std::max<std::uint64_t>(total / static_cast<std::uint64_t>(parts), 1);
  for (std::size_t w = 0; w < counts.size(); ++w) {
    quantiles_[w] = static_cast<std::uint8_t>(static_cast<double>(seen) /
                                              static_cast<double>(history + 1) * quantiles);
    seen += as_history(w);
    const std::uint64_t divided = std::min((counts[w] + most - 1) / most, quantiles);
    if (open > 0 && open + counts[w] > most) {
      ++size_;
      open = 0;
    }
    homes_[w] = {size_, static_cast<std::uint32_t>(std::max<std::uint64_t>(divided, 1))};
    open += counts[w];
    if (divided > 1) {
      size_ += static_cast<std::uint32_t>(divided);
      open = 0;
    }
  }
  if (open > 0 || size_ == 0) ++size_;
}

}  // namespace dlt::ngram
