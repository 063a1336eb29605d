#include "models/sequence/sequence_net.h"

#include <numeric>

#include "ops/shape.h"

namespace dlt::models {
namespace {

using Ids = std::vector<std::int32_t>;

Indices indices(Ids ids) {
  const std::int64_t count = std::ssize(ids);
  return {{count}, std::move(ids)};
}

}  // namespace

SequenceNet::SequenceNet(const nn::Scope& s, const BackbonePlan& plan,
                         const data::SequenceShape& shape, Pooling pooling)
    : width_(plan.width),
      pooling_(pooling),
      backbone_(plan.make(s / "backbone")),
      head_(s / "head", plan.width, shape.outputs) {
  if (shape.vocabulary > 0) {
    embedding_.emplace(s / "input", shape.vocabulary, width_, nn::normal(plan.input_deviation));
  } else {
    linear_.emplace(s / "input", shape.channels, width_);
  }
}

// h: all steps of all rows, [batch * time, width].
Tensor SequenceNet::pooled(const Tensor& h, const data::SequenceBatch& batch) const {
  if (batch.asked.size() > 0) return ops::embedding(h, batch.asked);
  const auto rows = static_cast<std::int32_t>(batch.sizes.size());
  const std::int32_t time = static_cast<std::int32_t>(h.dim(0)) / rows;
  Ids last, steps, first;
  for (std::int32_t row = 0; row < rows; ++row) {
    const auto size = static_cast<std::int32_t>(batch.sizes[static_cast<std::size_t>(row)]);
    last.push_back(row * time + size - 1);
    first.push_back(static_cast<std::int32_t>(steps.size()));
    for (std::int32_t t = 0; t < size; ++t) steps.push_back(row * time + t);
  }
  if (pooling_ == Pooling::last) return ops::embedding(h, indices(std::move(last)));
  return ops::embedding_bag(h, indices(std::move(steps)), indices(std::move(first)));
}

Tensor SequenceNet::operator()(const data::SequenceBatch& batch, nn::Training* training) const {
  const Tensor x = embedding_ ? (*embedding_)(batch.ids) : (*linear_)(batch.numbers);
  const Tensor h = ops::reshape((*backbone_)(x, training), {-1, width_});
  return head_(pooled(h, batch));
}

std::vector<Stack::Row> SequenceNet::rows(std::int64_t time) const {
  std::vector<Stack::Row> all = {
      {"input", {.macs = linear_ ? linear_->weight().size() : 0, .kept = width_}}};
  for (Stack::Row& row : backbone_->rows(time)) {
    row.name = row.name.empty() ? "backbone" : "backbone." + row.name;
    all.push_back(std::move(row));
  }
  return all;
}

}  // namespace dlt::models
