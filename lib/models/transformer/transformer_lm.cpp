#include "models/transformer/transformer_lm.h"

#include <algorithm>

#include "models/count_under.h"
#include "models/language_task.h"
#include "models/transformer/hf.h"
#include "models/transformer/transformer.h"

namespace dlt::models {
namespace {

// Where the context is full, it goes on from the last half of it.
class TransformerText : public Continuation {
 public:
  explicit TransformerText(const Transformer& net) : net_(net), cache_(net.new_cache()) {}

  Tensor read(const std::vector<std::int32_t>& tokens) override {
    const std::int64_t context = net_.config().context;
    const bool first = text_.empty();
    text_.insert(text_.end(), tokens.begin(), tokens.end());
    if (first) return read_again(context);
    if (cache_.used + std::ssize(tokens) > context) return read_again((context + 1) / 2);
    return net_.next_logits(tokens, cache_);
  }

 private:
  Tensor read_again(std::int64_t tokens) {  // the last ones, as if they were all
    cache_.used = 0;
    return net_.next_logits({text_.end() - std::min(tokens, std::ssize(text_)), text_.end()},
                            cache_);
  }

  const Transformer& net_;
  KeyValueCache cache_;
  std::vector<std::int32_t> text_;
};

class TransformerLm : public LanguageNet {
 public:
  TransformerLm(const nn::Scope& s, const TransformerConfig& c) : net_(s, c) {}

  Tensor embed(const Indices& tokens) const override { return net_.embed(tokens); }
  Tensor loss(const Tensor& embedded, const Indices& targets,
              nn::Training* training) const override {
    return net_.loss(embedded, targets, training);
  }
  std::unique_ptr<Continuation> begin() const override {
    return std::make_unique<TransformerText>(net_);
  }
  std::vector<LanguageLayer> layers(const nn::StateDict& weights) const override;

  std::vector<std::string_view> export_formats() const override {
    return {"hf", "safetensors", "npz"};
  }
  void export_weights(std::string_view format, const std::string& path,
                      const nn::StateDict& weights,
                      const text::Tokenizer& tokenizer) const override {
    export_transformer(format, path, weights, net_.config(), tokenizer);
  }

 private:
  Transformer net_;
};

std::vector<LanguageLayer> TransformerLm::layers(const nn::StateDict& weights) const {
  const TransformerConfig& c = net_.config();
  std::vector<LanguageLayer> all;
  const auto row = [&](const std::string& name, std::int64_t width, std::int64_t macs) {
    all.push_back({name, width, count_under(weights, name), macs});
  };
  row("embedding", c.width, 0);
  for (const PartCost& part : part_costs(c, c.context)) row(part.name, c.width, part.macs);
  row("head", c.vocab, c.width * c.vocab);
  return all;
}

// What each block keeps for backward, and a block of logits.
LanguageSize size_of(const TransformerConfig& c, std::int64_t batch) {
  const double rows = static_cast<double>(batch) * static_cast<double>(c.context);
  const std::int64_t kept = 6 * c.width + c.attention().packed() * (c.rope() ? 2 : 1) +
                            c.heads * c.head_width + c.hidden * (c.swiglu() ? 3 : 2);
  const double activations = rows * static_cast<double>(c.layers * kept + 4 * c.width) +
                             std::min(rows, 512.0) * static_cast<double>(c.vocab) +
                             2 * rows * static_cast<double>(c.hidden);
  const auto parameters = static_cast<double>(c.parameters());
  return {parameters, training_bytes(parameters, activations), c.train_flops_per_token()};
}

}  // namespace

std::unique_ptr<Model> make_transformer_lm(config::Reader& root, const Origin& origin) {
  return make_language_model<TransformerLm, TransformerConfig>(root, origin,
                                                               TransformerConfig::read, size_of);
}

}  // namespace dlt::models
