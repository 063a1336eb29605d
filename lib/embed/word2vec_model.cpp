#include "embed/word2vec_model.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "kernels/word_vectors.h"

namespace dlt::embed {
namespace {

double rate(const Settings& s) {
  if (s.lr > 0) return s.lr;
  if (s.method == Method::skipgram) return 0.025;
  return s.mean_gradient ? 0.1 : 0.05;
}

std::string name_of_row(const Word2VecModel& model, std::int64_t row) {
  const bool output = row >= model.inputs;
  const std::int64_t words = model.corpus.size(), word = output ? row - model.inputs : row;
  if (output && model.tree) return fmt::format("inner node {} of the tree", word);
  if (word >= words) return fmt::format("row {} of the subwords", word - words);
  return fmt::format("the {} row of '{}'", output ? "output" : "input",
                     printable(model.corpus.words[word]));
}

}  // namespace

Word2VecModel::Word2VecModel(const Settings& s, const Corpus& c)
    : settings(s),
      corpus(c),
      width(kernels::padded_width(s.dim)),
      lr(rate(s)),
      keep(keep_thresholds(c, s.sample)),
      inputs(c.size()),
      outputs(c.size()) {
  if (s.loss == Loss::hierarchical_softmax) {
    tree.emplace(c.counts);
    outputs = tree->nodes();
  } else {
    negatives = AliasTable(negative_probabilities(c.counts, s.exponent));
  }
  if (s.max_chars > 0) {
    subwords.emplace(c.words, Pieces{s.min_chars, s.max_chars, s.buckets});
    inputs = subwords->rows();
  }
  rows = Tensor::zeros({inputs + outputs, width});
  const std::uint64_t seed = derive(s.seed, "rows");
  parallel_each(inputs, s.dim, [&](std::int64_t i) {
    for (std::int64_t k = 0; k < s.dim; ++k) {
      const std::uint64_t bits = derive(seed, static_cast<std::uint64_t>(i * s.dim + k));
      const double unit = static_cast<double>(bits >> 11) * 0x1p-53;
      row(i)[k] = static_cast<real>((2 * unit - 1) / static_cast<double>(s.dim));
    }
  });
}

std::int64_t Word2VecModel::most_outputs() const {
  return tree ? std::max<std::int64_t>(1, tree->longest()) : 1 + settings.negative;
}

void Word2VecModel::vector(std::int64_t word, real* to, std::vector<const real*>& parts) const {
  if (!subwords) {
    std::copy_n(row(word), width, to);
    return;
  }
  parts.clear();
  for (const std::uint32_t r : subwords->of(word)) parts.push_back(row(r));
  const auto count = static_cast<std::int64_t>(parts.size());
  kernels::sum_rows(to, parts.data(), count, real(1) / static_cast<real>(count), width);
}

void Word2VecModel::require_finite(std::int64_t words) const {
  for (std::int64_t r = 0; r < inputs + outputs; ++r) {
    const bool finite =
        std::all_of(row(r), row(r) + width, [](real value) { return std::isfinite(value); });
    require(finite, Exit::diverged,
            "{} is not finite any more after {} of {} words; use a learning rate below {}",
            name_of_row(*this, r), words, settings.epochs * corpus.total, lr);
  }
}

}  // namespace dlt::embed
