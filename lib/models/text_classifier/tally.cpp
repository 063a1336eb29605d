#include "models/text_classifier/tally.h"

#include <algorithm>

#include "ops/loss.h"

namespace dlt::models {

void Tally::add(const Tensor& logits, std::span<const std::int32_t> labels) {
  const std::int64_t rows = logits.dim(0), classes = logits.dim(1);
  const auto these = labels.first(static_cast<std::size_t>(rows));
  const Indices target({rows}, {these.begin(), these.end()});
  loss_ +=
      static_cast<double>(rows) * static_cast<double>(ops::cross_entropy(logits, target).item());
  count_ += static_cast<double>(rows);
  for (std::int64_t i = 0; i < rows; ++i) {
    const real* row = logits.data() + i * classes;
    const auto told = static_cast<std::size_t>(std::max_element(row, row + classes) - row);
    const auto is = static_cast<std::size_t>(these[static_cast<std::size_t>(i)]);
    told_[told] += 1;
    there_[is] += 1;
    hits_[is] += told == is ? 1 : 0;
  }
}

train::Metrics Tally::metrics() const {
  if (count_ == 0) return {};
  double right = 0, f1 = 0, classes = 0;
  for (std::size_t c = 0; c < hits_.size(); ++c) {
    right += hits_[c];
    if (told_[c] + there_[c] == 0) continue;
    f1 += 2 * hits_[c] / (told_[c] + there_[c]);
    classes += 1;
  }
  return {{"loss", loss_ / count_}, {"accuracy", right / count_}, {"macro_f1", f1 / classes}};
}

}  // namespace dlt::models
