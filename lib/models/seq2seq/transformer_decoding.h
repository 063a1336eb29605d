#pragma once

#include <vector>

#include "models/seq2seq/transformer_net.h"

namespace dlt::models {

// Decodes with the keys and values of the sources, made once, and of the tokens so far, a tensor
// for each step. Rows that share a past share it in memory: `select` copies only paths, the rows
// that each one's past was computed in. What comes out for a row does not depend on the rows beside
// it, to the last bit.
class TransformerDecoding : public Decoding {
 public:
  TransformerDecoding(const Seq2SeqTransformer& net, const Indices& source,
                      std::span<const std::int64_t> sizes);

  Tensor next(std::span<const std::int32_t> tokens) override;
  void select(std::span<const std::int64_t> rows) override;

 private:
  struct Row {
    std::int32_t source = 0;
    std::vector<std::int32_t> path;  // its row at each step
  };
  Tensor attend_self(std::vector<Tensor>& steps, const Tensor& qkv) const;
  Tensor attend_source(const Tensor& keys_values, const Tensor& q) const;

  const Seq2SeqTransformer& net_;
  Indices source_first_;
  std::vector<Tensor> source_keys_values_;  // of each layer, [source rows, 2 width]
  std::vector<std::vector<Tensor>> steps_;  // of each layer: queries, keys, values of each step
  std::vector<Row> rows_;
  std::int32_t position_ = 0;
};

}  // namespace dlt::models
