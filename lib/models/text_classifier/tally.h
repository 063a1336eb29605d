#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.h"
#include "train/metrics.h"

namespace dlt::models {

// How well classes are told, over batches.
class Tally {
 public:
  explicit Tally(std::int64_t classes)
      : told_(static_cast<std::size_t>(classes)), there_(told_), hits_(told_) {}

  // logits [texts, classes]; the labels of the first of them are those of the texts.
  void add(const Tensor& logits, std::span<const std::int32_t> labels);
  // loss, accuracy, macro_f1: the mean over the classes that were told or are there of
  // 2 hits / (told + there). Nothing if nothing was added.
  train::Metrics metrics() const;

 private:
  std::vector<double> told_, there_, hits_;
  double loss_ = 0, count_ = 0;
};

}  // namespace dlt::models
