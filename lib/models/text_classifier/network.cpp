#include "models/text_classifier/network.h"

#include <algorithm>

#include "nn/init.h"
#include "ops/ops.h"

namespace dlt::models {
namespace {

nn::Init rows_of(const TextClassifierSettings& s) {
  return [&s](Tensor& t, Rng& rng) {
    nn::uniform(1 / static_cast<double>(s.dim))(t, rng);
    for (std::size_t i = 0; i < s.row_of.size(); ++i) {
      if (s.row_of[i] < 0) continue;
      std::copy_n(s.vectors->rows.data() + s.row_of[i] * s.dim, s.dim,
                  t.mutable_data() + static_cast<std::int64_t>(i) * s.dim);
    }
  };
}

// 1 / how many rows are in both bags of each text.
Tensor shares(const IdLists::Bags& a, const IdLists::Bags& b) {
  const std::int64_t bags = a.first.size();
  const auto size = [bags](const IdLists::Bags& all, std::int64_t i) {
    const auto& first = all.first.values();
    const auto at = static_cast<std::size_t>(i);
    return (i + 1 < bags ? first[at + 1] : all.ids.size()) - first[at];
  };
  Tensor t = Tensor::uninitialized({bags, 1});
  for (std::int64_t i = 0; i < bags; ++i) {
    const std::int64_t rows = size(a, i) + size(b, i);
    t.mutable_data()[i] = 1 / static_cast<real>(std::max<std::int64_t>(rows, 1));
  }
  return t;
}

}  // namespace

TextNetwork::TextNetwork(const nn::Scope& s, const TextClassifierSettings& settings) {
  const std::int64_t dim = settings.dim, classes = std::ssize(settings.labels);
  const Shape table = {std::ssize(settings.words), dim};
  const nn::Scope embedding = s / "embedding", linear = s / "linear";
  words_ = settings.rows == RowsFrom::frozen ? embedding.buffer("weight", table, rows_of(settings))
                                             : embedding.param("weight", table, rows_of(settings));
  if (settings.ngrams > 1) {
    grams_ =
        (s / "ngrams")
            .param("weight", {settings.buckets, dim}, nn::uniform(1 / static_cast<double>(dim)));
  }
  weight_ = linear.param("weight", {classes, dim}, nn::fan_in_uniform(dim));
  bias_ = linear.param("bias", {classes}, nn::zeros());
}

Tensor TextNetwork::operator()(const IdLists::Bags& words, const IdLists::Bags& grams) const {
  if (!grams_.defined()) {
    return ops::linear(ops::embedding_bag(words_, words.ids, words.first), weight_, bias_);
  }
  const Tensor sum = ops::add(ops::embedding_bag(words_, words.ids, words.first, ops::Bag::sum),
                              ops::embedding_bag(grams_, grams.ids, grams.first, ops::Bag::sum));
  return ops::linear(ops::mul(sum, shares(words, grams)), weight_, bias_);
}

}  // namespace dlt::models
