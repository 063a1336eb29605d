#include "models/seq2seq/transformer_decoding.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"
#include "kernels/gemm.h"
#include "kernels/ragged.h"

namespace dlt::models {
namespace {

// Products of few rows sum in another order, so too few are filled up.
std::int64_t filled(std::int64_t rows) { return std::max(rows, kernels::steady_rows); }

// One more sequence where there are too few rows; its results are not used.
RaggedRows fill(RaggedRows rows) {
  const auto size = filled(rows.ids.size());
  const auto grown = [&](const Indices& x) {
    std::vector<std::int32_t> values = x.values();
    values.resize(static_cast<std::size_t>(size), 0);
    return Indices({size}, std::move(values));
  };
  if (size == rows.ids.size()) return rows;
  rows.ids = grown(rows.ids);
  rows.positions = grown(rows.positions);
  std::vector<std::int32_t> first = rows.first.values();
  first.push_back(static_cast<std::int32_t>(size));
  const Shape grown_shape{std::ssize(first)};
  rows.first = Indices(grown_shape, std::move(first));
  return rows;
}

// y [filled, heads * width] of `rows` queries, each about what `past(row)` points to.
template <class F>
Tensor attend(const Tensor& q, std::int64_t rows, const ops::Heads& heads, const F& past) {
  const auto wide = heads.query * heads.width, step = q.dim(1);
  Tensor y = Tensor::zeros({q.dim(0), wide});
  real* out = y.mutable_data();
  parallel_for(rows, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<const real*> seen;
    for (std::int64_t r = begin; r < end; ++r) {
      past(r, seen);
      kernels::attend_rows(out + r * wide, q.data() + r * step, seen.data(), std::ssize(seen),
                           heads.query, heads.width);
    }
  });
  return y;
}

}  // namespace

TransformerDecoding::TransformerDecoding(const Seq2SeqTransformer& net, const Indices& source,
                                         std::span<const std::int64_t> sizes)
    : net_(net), steps_(net.decoder_.size()), rows_(sizes.size()) {
  const autograd::NoGrad off;
  const RaggedRows rows = fill({source, sizes});
  source_first_ = rows.first;
  const Tensor encoded = net.encode(rows, nullptr);
  for (const DecoderLayer& layer : net.decoder_) {
    source_keys_values_.push_back(layer.keys_values(encoded));
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].source = static_cast<std::int32_t>(i);
}

Tensor TransformerDecoding::attend_self(std::vector<Tensor>& steps, const Tensor& qkv) const {
  steps.push_back(qkv);
  const auto wide = net_.c_.width;
  return attend(qkv, std::ssize(rows_), net_.c_.attention(),
                [&](std::int64_t r, std::vector<const real*>& seen) {
                  const auto& path = rows_[static_cast<std::size_t>(r)].path;
                  seen.resize(path.size());
                  for (std::size_t t = 0; t < path.size(); ++t) {
                    seen[t] = steps[t].data() + path[t] * 3 * wide + wide;
                  }
                });
}

Tensor TransformerDecoding::attend_source(const Tensor& keys_values, const Tensor& q) const {
  const auto wide = net_.c_.width;
  return attend(q, std::ssize(rows_), net_.c_.attention(),
                [&](std::int64_t r, std::vector<const real*>& seen) {
                  const auto source = rows_[static_cast<std::size_t>(r)].source;
                  const std::int32_t *at = source_first_.data() + source, first = *at;
                  seen.resize(static_cast<std::size_t>(at[1] - first));
                  for (std::size_t t = 0; t < seen.size(); ++t) {
                    seen[t] =
                        keys_values.data() + (first + static_cast<std::int64_t>(t)) * 2 * wide;
                  }
                });
}

Tensor TransformerDecoding::next(std::span<const std::int32_t> tokens) {
  require(tokens.size() == rows_.size(), "decoding {} rows, got {} tokens", rows_.size(),
          tokens.size());
  require(position_ < net_.c_.context, "a target of {} tokens does not fit a context of {}",
          position_ + 1, net_.c_.context);
  const autograd::NoGrad off;
  const auto rows = std::ssize(tokens), size = filled(rows);
  std::vector<std::int32_t> ids(tokens.begin(), tokens.end());
  ids.resize(static_cast<std::size_t>(size), 0);
  const std::vector<std::int32_t> at(ids.size(), position_++);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    rows_[r].path.push_back(static_cast<std::int32_t>(r));
  }
  Tensor x = net_.target_(Indices({size}, std::move(ids)), Indices({size}, at), nullptr);
  for (std::size_t i = 0; i < net_.decoder_.size(); ++i) {
    x = net_.decoder_[i](
        x, [&](const Tensor& qkv) { return attend_self(steps_[i], qkv); },
        [&](const Tensor& q) { return attend_source(source_keys_values_[i], q); }, nullptr);
  }
  const Tensor logits = net_.head(net_.decoded(x));
  if (size == rows) return logits;
  return Tensor::from({rows, net_.vocab()},
                      logits.values().first(static_cast<std::size_t>(rows * net_.vocab())));
}

void TransformerDecoding::select(std::span<const std::int64_t> rows) {
  std::vector<Row> chosen;
  for (const std::int64_t r : rows) {
    require(r >= 0 && r < std::ssize(rows_), "there is no row {} of {} to go on with", r,
            rows_.size());
    chosen.push_back(rows_[static_cast<std::size_t>(r)]);
  }
  rows_ = std::move(chosen);
}

}  // namespace dlt::models
