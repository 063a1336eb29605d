#include "models/seq2seq/transformer_net.h"

#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "models/seq2seq/transformer_decoding.h"

namespace dlt::models {
namespace {

// Positions of each row up to its last target that counts.
std::vector<std::int64_t> target_sizes(const Indices& target) {
  const auto batch = target.shape().dim(0), time = target.shape().dim(1);
  std::vector<std::int64_t> sizes;
  for (std::int64_t b = 0; b < batch; ++b) {
    std::int64_t size = time;
    while (size > 0 && target.data()[b * time + size - 1] == ops::ignored) --size;
    sizes.push_back(size);
  }
  return sizes;
}

Indices rows_of(const Indices& ids, std::span<const std::int64_t> sizes) {
  return RaggedRows(ids, sizes).ids;
}

}  // namespace

RaggedRows::RaggedRows(const Indices& all, std::span<const std::int64_t> sizes) {
  require(all.shape().rank() == 2 && all.shape().dim(0) == std::ssize(sizes),
          "sequences {} are not [{}, time]", all.shape(), sizes.size());
  const auto longest = all.shape().dim(1);
  std::vector<std::int32_t> tokens, at, begins = {0};
  for (std::size_t b = 0; b < sizes.size(); ++b) {
    require(sizes[b] >= 0 && sizes[b] <= longest, "a sequence of {} tokens is not in rows of {}",
            sizes[b], longest);
    const std::int32_t* row = all.data() + static_cast<std::int64_t>(b) * longest;
    tokens.insert(tokens.end(), row, row + sizes[b]);
    for (std::int32_t t = 0; t < sizes[b]; ++t) at.push_back(t);
    begins.push_back(static_cast<std::int32_t>(tokens.size()));
  }
  const Shape shape{std::ssize(tokens)}, offsets{std::ssize(begins)};
  ids = Indices(shape, std::move(tokens));
  positions = Indices(shape, std::move(at));
  first = Indices(offsets, std::move(begins));
}

Seq2SeqTransformer::Seq2SeqTransformer(const nn::Scope& s, const Seq2SeqConfig& c)
    : c_(c),
      embedding_((s / "embedding")
                     .param("weight", {c.vocab, c.width},
                            nn::normal(1 / std::sqrt(static_cast<double>(c.width))))),
      output_bias_(s.buffer("output_bias", {c.vocab}, nn::zeros())),
      source_(s / "encoder", embedding_, c),
      target_(s / "decoder", embedding_, c) {
  for (std::int64_t i = 0; i < c.encoder_layers; ++i) {
    encoder_.emplace_back(s / "encoder" / "layers" / i, c);
  }
  for (std::int64_t i = 0; i < c.decoder_layers; ++i) {
    decoder_.emplace_back(s / "decoder" / "layers" / i, c);
  }
  if (c.final_norms) {
    encoder_norm_.emplace(s / "encoder" / "norm", c.width, nn::Bias::yes, c.norm_epsilon);
    decoder_norm_.emplace(s / "decoder" / "norm", c.width, nn::Bias::yes, c.norm_epsilon);
  }
}

void Seq2SeqTransformer::check_length(const RaggedRows& rows) const {
  const auto& at = rows.positions.values();
  const std::int64_t most = at.empty() ? 0 : *std::ranges::max_element(at) + 1;
  require(most <= c_.context, "a sequence of {} tokens does not fit a context of {}", most,
          c_.context);
}

Tensor Seq2SeqTransformer::encode(const RaggedRows& source, nn::Training* training) const {
  check_length(source);
  Tensor x = source_(source.ids, source.positions, training);
  for (const EncoderLayer& layer : encoder_) {
    const auto self = [&](const Tensor& qkv) {
      return ops::ragged_attention(qkv, source.first, c_.attention(),
                                   {.causal = false,
                                    .dropout_rate = training == nullptr ? 0 : c_.attention_dropout,
                                    .dropout_key = training == nullptr ? 0 : training->next_key()});
    };
    x = layer(x, self, training);
  }
  return encoder_norm_ ? (*encoder_norm_)(x) : x;
}

Tensor Seq2SeqTransformer::hidden(const RaggedRows& source, const RaggedRows& input,
                                  nn::Training* training) const {
  const Tensor encoded = encode(source, training);
  check_length(input);
  Tensor x = target_(input.ids, input.positions, training);
  const auto attend = [&](bool causal) {
    return ops::RaggedAttend{.causal = causal,
                             .dropout_rate = training == nullptr ? 0 : c_.attention_dropout,
                             .dropout_key = training == nullptr ? 0 : training->next_key()};
  };
  for (const DecoderLayer& layer : decoder_) {
    const auto self = [&](const Tensor& qkv) {
      return ops::ragged_attention(qkv, input.first, c_.attention(), attend(true));
    };
    const auto cross = [&](const Tensor& q) {
      return ops::ragged_attention(q, input.first, layer.keys_values(encoded), source.first,
                                   c_.attention(), attend(false));
    };
    x = layer(x, self, cross, training);
  }
  return decoded(x);
}

Tensor Seq2SeqTransformer::loss(const data::PairBatch& batch, double smoothing,
                                nn::Training* training) const {
  const auto sizes = target_sizes(batch.target);
  const Tensor h = hidden({batch.source, batch.source_sizes}, {batch.input, sizes}, training);
  return ops::linear_cross_entropy(h, embedding_, output_bias_, rows_of(batch.target, sizes),
                                   smoothing);
}

Tensor Seq2SeqTransformer::logits(const data::PairBatch& batch) const {
  const auto rows = batch.input.shape().dim(0), time = batch.input.shape().dim(1);
  const std::vector<std::int64_t> sizes(static_cast<std::size_t>(rows), time);
  const Tensor h = hidden({batch.source, batch.source_sizes}, {batch.input, sizes}, nullptr);
  return ops::reshape(head(h), {rows, time, c_.vocab});
}

std::unique_ptr<Decoding> Seq2SeqTransformer::decode(const Indices& source,
                                                     std::span<const std::int64_t> sizes) const {
  return std::make_unique<TransformerDecoding>(*this, source, sizes);
}

std::unique_ptr<Seq2SeqNet> make_seq2seq_transformer(config::Reader& model, const nn::Scope& scope,
                                                     std::int64_t vocab) {
  auto c = Seq2SeqConfig::read(model);
  c.vocab = vocab;
  return std::make_unique<Seq2SeqTransformer>(scope, c);
}

}  // namespace dlt::models
