#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/counts.h"
#include "ngram/estimate.h"
#include "ngram/model.h"

namespace dlt::ngram {

struct TrainSettings {
  CountSettings count;
  EstimateSettings estimate;
  double entropy = 0;  // relative-entropy pruning behind the estimation, see prune(); 0: none
};

struct Trained {
  Tables tables;
  std::vector<OrderReport> orders;
  std::int64_t sentences = 0, tokens = 0, unknown = 0;  // of the text, see Counts
};

// Text to model: counts, estimates, prunes. About::made says how. The same settings and texts give
// the same tables, whatever the threads and the memory limit.
Trained train(const std::vector<std::string>& files, const TrainSettings& settings,
              const Report& report);

// What was counted and estimated, as a table to show: a line for each order.
std::vector<std::string> report_lines(const Trained& trained);

// "200M": bytes, with b, K, M, G or T (powers of 1024; none is K, as in GNU sort), or "50%" of the
// machine's memory; nothing if it is neither.
std::optional<std::int64_t> parse_size(std::string_view text);

}  // namespace dlt::ngram
