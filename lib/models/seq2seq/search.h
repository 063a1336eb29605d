#pragma once

#include <vector>

#include "models/seq2seq/network.h"

namespace dlt::models {

struct SearchOptions {
  std::int64_t beam = 4;          // 1: greedy
  double length_penalty = 1;      // a hypothesis scores its log probability / tokens^penalty
  double tokens_per_source = 1;   // at most this many times the source's tokens, end marks counted,
  std::int64_t more_tokens = 50;  // and so many more (Vaswani et al. 2017, 6.1)
};

struct Hypothesis {
  std::vector<std::int32_t> tokens;  // without marks
  double score = 0;
};

// The best hypothesis for each source (ids without marks), searched for side by side: the same as
// one by one. Beam search as transformers' generate() has it with early_stopping false: a
// hypothesis counts its end mark, and one that is as long as allowed ends there. `pad` is never
// said. Ends at net.longest() whatever the options.
std::vector<Hypothesis> search(const Seq2SeqNet& net,
                               const std::vector<std::vector<std::int32_t>>& sources,
                               const data::Marks& marks, const SearchOptions& options);

// The same for sources as the network is to read them: no end mark is added.
std::vector<Hypothesis> search_marked(const Seq2SeqNet& net,
                                      const std::vector<std::vector<std::int32_t>>& sources,
                                      const data::Marks& marks, const SearchOptions& options);

}  // namespace dlt::models
