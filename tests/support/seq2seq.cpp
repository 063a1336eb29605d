#include "support/seq2seq.h"

#include <algorithm>

#include "base/rng.h"

namespace dlt::test {

using models::Seq2SeqConfig;

Seq2SeqConfig small_seq2seq() {
  Seq2SeqConfig c;
  c.vocab = 11;
  c.encoder_layers = 2;
  c.decoder_layers = 1;
  c.width = 8;
  c.heads = 2;
  c.hidden = 12;
  c.context = 16;
  c.dropout = 0;
  return c;
}

std::vector<Seq2SeqConfig> every_seq2seq() {
  std::vector<Seq2SeqConfig> all(5, small_seq2seq());
  all[1].norm_place = "pre";
  all[1].final_norms = true;
  all[1].activation = "gelu_erf";
  all[2].positions = "learned";
  all[2].activation = "silu";
  all[3].positions = "interleaved";
  all[3].final_norms = true;
  all[3].activation = "gelu";
  all[4].scale_embedding = false;
  all[4].decoder_layers = 2;
  return all;
}

RandomSeq2Seq::RandomSeq2Seq(const Seq2SeqConfig& c, std::uint64_t seed)
    : params(nn::Params::blank()), net(nn::Scope(params), c) {
  randomize(params, seed);
}

data::PairBatch batch_of(const std::vector<data::Pair>& pairs) {
  std::size_t s = 0, t = 0;
  for (const auto& p : pairs) {
    s = std::max(s, p.source.size() + 1);
    t = std::max(t, p.target.size() + 1);
  }
  data::PairBatch b;
  std::vector<std::int32_t> source(pairs.size() * s, 0), input(pairs.size() * t, 0),
      target(pairs.size() * t, -1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& p = pairs[i];
    std::copy(p.source.begin(), p.source.end(), &source[i * s]);
    source[i * s + p.source.size()] = 1;
    std::copy(p.target.begin(), p.target.end(), &target[i * t]);
    target[i * t + p.target.size()] = 1;
    for (std::size_t j = 0; j < p.target.size(); ++j) input[i * t + j + 1] = p.target[j];
    b.source_sizes.push_back(std::ssize(p.source) + 1);
    b.tokens += std::ssize(p.source) + std::ssize(p.target) + 2;
  }
  const auto rows = std::ssize(pairs);
  b.source = Indices({rows, static_cast<std::int64_t>(s)}, std::move(source));
  const Shape shape{rows, static_cast<std::int64_t>(t)};
  b.input = Indices(shape, std::move(input));
  b.target = Indices(shape, std::move(target));
  return b;
}

std::vector<data::Pair> random_pairs(std::int64_t count, std::int64_t longest, std::int64_t vocab,
                                     std::uint64_t seed) {
  Rng rng(seed);
  const auto sequence = [&] {
    std::vector<std::int32_t> ids(1 + rng.below(static_cast<std::uint64_t>(longest)));
    for (auto& id : ids) {
      id = static_cast<std::int32_t>(2 + rng.below(static_cast<std::uint64_t>(vocab - 2)));
    }
    return ids;
  };
  std::vector<data::Pair> pairs;
  for (std::int64_t i = 0; i < count; ++i) {
    auto source = sequence();
    pairs.push_back({std::move(source), sequence()});
  }
  return pairs;
}

}  // namespace dlt::test
