#pragma once

#include <vector>

#include "models/seq2seq/transformer_net.h"
#include "support/transformers.h"

namespace dlt::test {

// 11 tokens, width 8, 2 heads, 2 + 1 layers, context 16.
models::Seq2SeqConfig small_seq2seq();
std::vector<models::Seq2SeqConfig> every_seq2seq();  // each option once

// A network whose every parameter is random, biases and norms too.
struct RandomSeq2Seq {
  explicit RandomSeq2Seq(const models::Seq2SeqConfig& c, std::uint64_t seed = 1);
  nn::Params params;
  models::Seq2SeqTransformer net;
};

// Pairs as a padded batch, with pad 0 and end 1.
data::PairBatch batch_of(const std::vector<data::Pair>& pairs);
// Tokens from 2 on; lengths from 1 to `longest`.
std::vector<data::Pair> random_pairs(std::int64_t count, std::int64_t longest, std::int64_t vocab,
                                     std::uint64_t seed);

}  // namespace dlt::test
