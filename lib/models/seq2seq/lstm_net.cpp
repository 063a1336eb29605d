#include "models/seq2seq/lstm_net.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "kernels/gemm.h"
#include "models/tied.h"
#include "nn/dropout.h"
#include "ops/ops.h"

namespace dlt::models {
namespace {

constexpr std::int64_t most_layers = 100, widest = 1 << 16;

const nn::Init table = nn::normal(1);  // as torch.nn.Embedding

// [batch, s]: for each place of x [batch, s, ...], seen as [batch * s, ...], the one it is read
// from: each row's first sizes[i] places backwards, its padding as it is.
Indices backwards(std::int64_t time, std::span<const std::int64_t> sizes) {
  std::vector<std::int32_t> from;
  for (std::int64_t b = 0; b < std::ssize(sizes); ++b) {
    const std::int64_t size = sizes[static_cast<std::size_t>(b)];
    for (std::int64_t t = 0; t < time; ++t) {
      from.push_back(static_cast<std::int32_t>(b * time + (t < size ? size - 1 - t : t)));
    }
  }
  return {{std::ssize(sizes), time}, std::move(from)};
}

// Rows of x [batch, s, width] at places in [batch * s].
Tensor rows_at(const Tensor& x, const Indices& places) {
  return ops::embedding(ops::reshape(x, {x.dim(0) * x.dim(1), x.dim(2)}), places);
}

Indices seen(std::int64_t time, std::span<const std::int64_t> sizes) {
  std::vector<std::int32_t> all;
  for (const std::int64_t size : sizes) {
    for (std::int64_t t = 0; t < time; ++t) all.push_back(t < size ? 1 : 0);
  }
  return {{std::ssize(sizes), 1, 1, time}, std::move(all)};
}

nn::Recurrent::Options lstm(std::int64_t layers, double dropout) {
  return {.cell = nn::Cell::lstm, .layers = layers, .dropout = dropout};
}

Tensor with_heads(const Tensor& x) {  // one head: [batch, 1, time, width]
  return ops::reshape(x, {x.dim(0), 1, x.dim(1), x.dim(2)});
}

Tensor chosen(const Tensor& x, std::int64_t dim, std::span<const std::int64_t> rows) {
  return ops::index_select(x, dim, Indices({std::ssize(rows)}, {rows.begin(), rows.end()}));
}

// A sentence is to have the same logits alone and among others, to the bit. Products of few rows
// sum in another order, so too few are filled up with copies of the first ...
template <class T>
std::vector<T> filled(std::span<const T> rows) {
  std::vector<T> all(rows.begin(), rows.end());
  if (!all.empty()) all.resize(std::max(all.size(), std::size_t{kernels::steady_rows}), all[0]);
  return all;
}

// ... and attention sums over keys by vectors of at most 16 numbers, so sources of other lengths
// are padded.
Indices filled_sources(const Indices& x) {
  constexpr std::int64_t vector = 16;
  const std::int64_t rows = x.shape().dim(0), time = x.shape().dim(1);
  const std::int64_t wide = (time + vector - 1) / vector * vector;
  const std::int64_t most = rows == 0 ? 0 : std::max(rows, kernels::steady_rows);
  std::vector<std::int32_t> all(static_cast<std::size_t>(most * wide));
  for (std::int64_t i = 0; i < most; ++i) {
    std::copy_n(x.data() + (i < rows ? i : 0) * time, time, all.data() + i * wide);
  }
  return {{most, wide}, std::move(all)};
}

class LstmDecoding : public Decoding {
 public:
  LstmDecoding(const Seq2SeqLstm& net, const Indices& source, std::span<const std::int64_t> sizes)
      : net_(net), sizes_(filled(sizes)), rows_(std::ssize(sizes)) {
    const autograd::NoGrad off;
    encoded_ = net.encode(filled_sources(source), sizes_, nullptr);
    state_ = encoded_.start;
    for (std::int64_t i = 0; i < std::ssize(sizes_); ++i) sources_.push_back(i < rows_ ? i : 0);
  }

  Tensor next(std::span<const std::int32_t> tokens) override {
    const autograd::NoGrad off;
    auto last = filled(tokens);
    const Shape column{std::ssize(last), 1};
    const Tensor all = net_.step(Indices(column, std::move(last)), encoded_, state_);
    const auto wanted = static_cast<std::size_t>(rows_ * net_.vocab());
    return Tensor::from({rows_, net_.vocab()}, all.values().first(wanted));
  }

  void select(std::span<const std::int64_t> chosen_rows) override {
    const autograd::NoGrad off;
    rows_ = std::ssize(chosen_rows);
    const auto rows = filled(chosen_rows);
    for (auto* part : {&state_.hidden, &state_.cell}) {
      for (Tensor& t : *part) t = chosen(t, 1, rows);
    }
    std::vector<std::int64_t> sources, sizes;
    for (const std::int64_t row : rows) {
      sources.push_back(sources_[static_cast<std::size_t>(row)]);
      sizes.push_back(sizes_[static_cast<std::size_t>(row)]);
    }
    if (sources == sources_) return;  // beams changed places within their sentences
    encoded_.values = chosen(encoded_.values, 0, rows);
    encoded_.keys = chosen(encoded_.keys, 0, rows);
    encoded_.seen = seen(encoded_.values.dim(1), sizes);
    sources_ = std::move(sources);
    sizes_ = std::move(sizes);
  }

 private:
  const Seq2SeqLstm& net_;
  EncodedSource encoded_;
  nn::Recurrent::State state_;
  std::vector<std::int64_t> sources_, sizes_;  // of each row: its source's number and size
  std::int64_t rows_;                          // that are asked for
};

}  // namespace

std::int64_t Seq2SeqLstmConfig::parameters() const {
  const auto lstm_size = [](std::int64_t in, std::int64_t hidden) {
    return 4 * hidden * (in + hidden + 2);
  };
  std::int64_t all = vocab * (embedding + 1 + (tied ? 0 : width));
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::int64_t in = i == 0 ? embedding : width;
    all += 2 * lstm_size(in, width / 2) + lstm_size(in, width) + (width + 1) * 2 * width;
  }
  return all + 3 * width * width;
}

Seq2SeqLstmConfig Seq2SeqLstmConfig::read(config::Reader& r) {
  Seq2SeqLstmConfig c;
  r.field("layers", c.layers, 1, most_layers);
  r.field("width", c.width, 2, widest);
  if (c.width % 2 != 0) {
    r.fail("width",
           fmt::format("{} is odd: each direction of the encoder has half of it", c.width));
  }
  c.embedding = c.width;
  r.field("embedding", c.embedding, 1, widest);
  c.tied = read_tied(r, c.embedding, c.width);
  r.field("dropout", c.dropout, 0, 0.95);
  return c;
}

Seq2SeqLstm::Seq2SeqLstm(const nn::Scope& s, const Seq2SeqLstmConfig& c)
    : c_(c),
      embedding_(s / "embedding", c.vocab, c.embedding, table),
      decoder_(s / "decoder", c.embedding, c.width, lstm(c.layers, c.dropout)),
      score_(s / "attention" / "score", c.width, c.width, nn::Bias::no,
             nn::fan_in_uniform(c.width)),
      join_(s / "attention" / "join", 2 * c.width, c.width, nn::Bias::no,
            nn::fan_in_uniform(2 * c.width)) {
  for (std::int64_t i = 0; i < c.layers; ++i) {
    const nn::Scope layer = s / "encoder" / i;
    const std::int64_t in = i == 0 ? c.embedding : c.width;
    forwards_.emplace_back(layer / "forwards", in, c.width / 2, lstm(1, 0));
    backwards_.emplace_back(layer / "backwards", in, c.width / 2, lstm(1, 0));
    bridges_.emplace_back(s / "bridge" / i, c.width, 2 * c.width);
  }
  if (!c.tied)
    head_ = (s / "head").param("weight", {c.vocab, c.width}, nn::fan_in_uniform(c.width));
  bias_ = (s / "head").param("bias", {c.vocab}, nn::zeros());
}

EncodedSource Seq2SeqLstm::encode(const Indices& source, std::span<const std::int64_t> sizes,
                                  nn::Training* training) const {
  const nn::Dropout dropout(c_.dropout);
  const std::int64_t batch = source.shape().dim(0), time = source.shape().dim(1);
  require(std::ssize(sizes) == batch, "encode: {} sizes for sources {}", sizes.size(),
          source.shape());
  const Indices reversed = backwards(time, sizes);
  std::vector<std::int32_t> first, last;  // places of each row's ends
  for (std::int64_t b = 0; b < batch; ++b) {
    first.push_back(static_cast<std::int32_t>(b * time));
    last.push_back(static_cast<std::int32_t>(b * time + sizes[static_cast<std::size_t>(b)] - 1));
  }
  EncodedSource e;
  Tensor x = dropout(embedding_(source), training);
  for (std::size_t i = 0; i < forwards_.size(); ++i) {
    if (i > 0) x = dropout(x, training);
    const Tensor ahead = forwards_[i](x, training);
    const Tensor back = rows_at(backwards_[i](rows_at(x, reversed), training), reversed);
    const Tensor ends =
        ops::cat({rows_at(ahead, {{batch}, last}), rows_at(back, {{batch}, first})}, 1);
    const Tensor start = ops::reshape(bridges_[i](ends), {1, batch, 2 * c_.width});
    e.start.hidden.push_back(ops::tanh(ops::slice(start, 2, 0, c_.width)));
    e.start.cell.push_back(ops::slice(start, 2, c_.width, 2 * c_.width));
    x = ops::cat({ahead, back}, 2);
  }
  e.values = x;
  e.keys = score_(x);
  e.seen = seen(time, sizes);
  return e;
}

Tensor Seq2SeqLstm::joined(const Indices& tokens, const EncodedSource& encoded,
                           nn::Recurrent::State& state, nn::Training* training) const {
  const nn::Dropout dropout(c_.dropout);
  const Tensor h = decoder_(dropout(embedding_(tokens), training), state, training);
  const Tensor context =
      ops::scaled_dot_product_attention(with_heads(h), with_heads(encoded.keys),
                                        with_heads(encoded.values), encoded.seen, {.scale = 1.0});
  return dropout(ops::tanh(join_(ops::cat({ops::reshape(context, h.shape()), h}, 2))), training);
}

Tensor Seq2SeqLstm::step(const Indices& tokens, const EncodedSource& encoded,
                         nn::Recurrent::State& state) const {
  return ops::linear(joined(tokens, encoded, state, nullptr), head(), bias_);
}

Tensor Seq2SeqLstm::loss(const data::PairBatch& batch, double smoothing,
                         nn::Training* training) const {
  const EncodedSource e = encode(batch.source, batch.source_sizes, training);
  nn::Recurrent::State state = e.start;
  return ops::linear_cross_entropy(joined(batch.input, e, state, training), head(), bias_,
                                   batch.target, smoothing);
}

Tensor Seq2SeqLstm::logits(const data::PairBatch& batch) const {
  const EncodedSource e = encode(batch.source, batch.source_sizes, nullptr);
  nn::Recurrent::State state = e.start;
  return step(batch.input, e, state);
}

std::unique_ptr<Decoding> Seq2SeqLstm::decode(const Indices& source,
                                              std::span<const std::int64_t> sizes) const {
  return std::make_unique<LstmDecoding>(*this, source, sizes);
}

std::unique_ptr<Seq2SeqNet> make_seq2seq_lstm(config::Reader& model, const nn::Scope& scope,
                                              std::int64_t vocab) {
  auto c = Seq2SeqLstmConfig::read(model);
  c.vocab = vocab;
  return std::make_unique<Seq2SeqLstm>(scope, c);
}

}  // namespace dlt::models
