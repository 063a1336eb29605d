#include "models/recurrent/recurrent_net.h"

#include "autograd/autograd.h"
#include "models/tied.h"
#include "nn/dropout.h"
#include "ops/ops.h"

namespace dlt::models {
namespace {

constexpr std::int64_t most_layers = 1000, widest = 1 << 20, longest = 1 << 24;

// Rows of the table start as torch.nn.Embedding does: from smaller ones a stack of LSTMs takes many
// times as long to learn more than how often each token comes.
const nn::Init table = nn::normal(1);

// Numbers in the matrices of layer i.
std::int64_t matrices(const RecurrentConfig& c, std::int64_t i) {
  return nn::gates(c.cell) * c.width * ((i == 0 ? c.embedding : c.width) + c.width);
}

class RecurrentText : public Continuation {
 public:
  explicit RecurrentText(const RecurrentNet& net) : net_(net), state_(net.start()) {}

  Tensor read(const std::vector<std::int32_t>& tokens) override {
    const autograd::NoGrad off;
    const Tensor all = net_.logits(Indices({1, std::ssize(tokens)}, tokens), state_);
    const std::int64_t vocab = all.dim(-1);
    return Tensor::from({vocab}, all.values().last(static_cast<std::size_t>(vocab)));
  }

 private:
  const RecurrentNet& net_;
  nn::Recurrent::State state_;
};

}  // namespace

std::int64_t RecurrentConfig::parameters() const {
  std::int64_t all = vocab * (embedding + 1 + (tied ? 0 : width));
  for (std::int64_t i = 0; i < layers; ++i) {
    all += matrices(*this, i) + 2 * nn::gates(cell) * width;
  }
  return all;
}

double RecurrentConfig::train_flops_per_token() const {
  std::int64_t multiplied = vocab * width;
  for (std::int64_t i = 0; i < layers; ++i) multiplied += matrices(*this, i);
  return 6 * static_cast<double>(multiplied);
}

RecurrentConfig RecurrentConfig::read(config::Reader& r, nn::Cell cell) {
  RecurrentConfig c;
  c.cell = cell;
  r.field("layers", c.layers, 1, most_layers);
  r.field("width", c.width, 1, widest);
  c.embedding = c.width;
  r.field("embedding", c.embedding, 1, widest);
  r.field("context", c.context, 1, longest);
  c.tied = read_tied(r, c.embedding, c.width);
  r.field("dropout", c.dropout, 0, 0.95);
  return c;
}

RecurrentNet::RecurrentNet(const nn::Scope& s, const RecurrentConfig& c)
    : c_(c),
      embedding_(s / "embedding", c.vocab, c.embedding, table),
      recurrent_(s / "recurrent", c.embedding, c.width,
                 {.cell = c.cell, .layers = c.layers, .dropout = c.dropout}) {
  if (!c.tied)
    head_ = (s / "head").param("weight", {c.vocab, c.width}, nn::fan_in_uniform(c.width));
  bias_ = (s / "head").param("bias", {c.vocab}, nn::zeros());
}

Tensor RecurrentNet::loss(const Tensor& embedded, const Indices& targets,
                          nn::Training* training) const {
  const nn::Dropout dropout(c_.dropout);
  const Tensor h = dropout(recurrent_(dropout(embedded, training), training), training);
  return ops::linear_cross_entropy(h, head(), bias_, targets);
}

Tensor RecurrentNet::logits(const Indices& tokens, nn::Recurrent::State& state) const {
  return ops::linear(recurrent_(embed(tokens), state, nullptr), head(), bias_);
}

std::unique_ptr<Continuation> RecurrentNet::begin() const {
  return std::make_unique<RecurrentText>(*this);
}

std::vector<LanguageLayer> RecurrentNet::layers(const nn::StateDict& /*weights*/) const {
  std::vector<LanguageLayer> all = {{"embedding", c_.embedding, c_.vocab * c_.embedding, 0}};
  for (std::int64_t i = 0; i < c_.layers; ++i) {
    const std::int64_t macs = matrices(c_, i);
    all.push_back({"recurrent." + std::to_string(i), c_.width,
                   macs + 2 * nn::gates(c_.cell) * c_.width, macs});
  }
  all.push_back({"head", c_.vocab, c_.vocab * (1 + (c_.tied ? 0 : c_.width)), c_.vocab * c_.width});
  return all;
}

}  // namespace dlt::models
