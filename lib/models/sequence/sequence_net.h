#pragma once

#include <memory>
#include <optional>

#include "data/sequence_set.h"
#include "models/sequence/backbone.h"
#include "nn/embedding.h"
#include "nn/linear.h"

namespace dlt::models {

// What is told of a whole sequence is told from the mean over its steps, or from the last one.
enum class Pooling : std::uint8_t { mean, last };

// Embeddings of ids, or a linear map of numbers ("input"), a "backbone" and a linear "head".
class SequenceNet {
 public:
  SequenceNet(const nn::Scope& s, const BackbonePlan& plan, const data::SequenceShape& shape,
              Pooling pooling);

  // [rows, outputs], of the steps that are asked for or else of each sequence. Steps that rows were
  // filled up with change nothing.
  Tensor operator()(const data::SequenceBatch& batch, nn::Training* training) const;

  // Its parts, and what they cost for a step of a sequence of `time` steps.
  std::vector<Stack::Row> rows(std::int64_t time) const;

 private:
  Tensor pooled(const Tensor& h, const data::SequenceBatch& batch) const;

  std::int64_t width_;
  Pooling pooling_;
  std::optional<nn::Embedding> embedding_;
  std::optional<nn::Linear> linear_;
  std::unique_ptr<Backbone> backbone_;
  nn::Linear head_;
};

}  // namespace dlt::models
