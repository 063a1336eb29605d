#include "models/backbone/stack_lm.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "models/count_under.h"
#include "ops/loss.h"
#include "ops/matmul.h"

namespace dlt::models {
namespace {

class StackText : public Continuation {
 public:
  explicit StackText(const StackLm& net) : net_(net), state_(net.start()) {}
  Tensor read(const std::vector<std::int32_t>& tokens) override {
    return net_.next_logits(tokens, state_);
  }

 private:
  const StackLm& net_;
  Stack::State state_;
};

}  // namespace

StackLmConfig StackLmConfig::read(config::Reader& model, ReadArchitecture read) {
  StackLmConfig c;
  c.architecture = read(model);
  c.read_rest(model);
  return c;
}

void StackLmConfig::read_rest(config::Reader& model) {
  constexpr std::int64_t longest = 1 << 24;
  model.field("context", context, 1, longest);
  model.field("tied", tied);
  model.field("init_deviation", init_deviation, 0, 10);
}

StackLm::StackLm(const nn::Scope& s, const StackLmConfig& c)
    : c_(c),
      embedding_(s / "backbone" / "embeddings", c.vocab, c.architecture.config.width,
                 nn::normal(c.init_deviation)),
      stack_(s / "backbone", c.architecture) {
  if (!c.tied) {
    head_ = (s / "lm_head")
                .param("weight", {c.vocab, stack_.config().width}, nn::normal(c.init_deviation));
  }
}

Tensor StackLm::loss(const Tensor& embedded, const Indices& targets, nn::Training* training) const {
  return ops::linear_cross_entropy(stack_(embedded, training), head(), targets);
}

Tensor StackLm::logits(const Indices& tokens) const {
  return ops::linear(stack_(embed(tokens), nullptr), head());
}

// A long text is read in stretches, so that what they take does not grow with it.
Tensor StackLm::next_logits(const std::vector<std::int32_t>& tokens, Stack::State& state) const {
  constexpr std::ptrdiff_t stretch = 512;
  const autograd::NoGrad off;
  const std::int64_t width = stack_.config().width;
  Tensor last;
  for (std::ptrdiff_t from = 0; from < std::ssize(tokens); from += stretch) {
    const std::ptrdiff_t to = std::min(from + stretch, std::ssize(tokens));
    const Indices part({1, to - from}, {tokens.begin() + from, tokens.begin() + to});
    const Tensor h = stack_.step(embed(part), state);
    last = Tensor::from({1, width}, h.values().last(static_cast<std::size_t>(width)));
  }
  return ops::linear(last, head()).reshape({c_.vocab});
}

std::unique_ptr<Continuation> StackLm::begin() const { return std::make_unique<StackText>(*this); }

std::vector<LanguageLayer> StackLm::layers(const nn::StateDict& weights) const {
  const std::int64_t width = stack_.config().width;
  std::vector<LanguageLayer> all;
  const auto row = [&](const std::string& name, std::int64_t out, std::int64_t macs) {
    all.push_back({name, out, count_under(weights, name), macs});
  };
  row("backbone.embeddings", width, 0);
  for (const Stack::Row& part : stack_.rows()) {
    row("backbone." + part.name, width, part.cost.macs);
  }
  row("lm_head", c_.vocab, width * c_.vocab);
  return all;
}

// It is made without weights, to be asked.
LanguageSize size_of_stack_lm(const StackLmConfig& c, std::int64_t batch) {
  nn::Params params = nn::Params::blank();
  const StackLm net(nn::Scope(params), c);
  const double rows = static_cast<double>(batch) * static_cast<double>(c.context);
  double macs = 0, kept = 0;
  const auto width = static_cast<double>(net.stack().config().width);
  for (const Stack::Row& part : net.stack().rows()) {
    macs += static_cast<double>(part.cost.macs);
    kept += static_cast<double>(part.cost.kept);
  }
  const auto vocab = static_cast<double>(c.vocab), count = static_cast<double>(params.count());
  const double activations = rows * (kept + 4 * width) + std::min(rows, 512.0) * vocab;
  return {count, training_bytes(count, activations), 6 * (macs + width * vocab)};
}

}  // namespace dlt::models
