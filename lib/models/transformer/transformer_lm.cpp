#include "models/transformer/transformer_lm.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/autograd.h"
#include "base/system.h"
#include "data/text_source.h"
#include "models/transformer/hf.h"
#include "models/transformer/transformer.h"
#include "train/checkpoint.h"

namespace dlt::models {
namespace {

struct LmSettings {
  std::uint64_t seed = 1;
  TransformerConfig model;
  data::TextConfig data;
  train::FitConfig fit;
  std::int64_t batch = 32;         // windows of `context` tokens in one part of a step
  std::int64_t eval_batches = 20;  // of an evaluation during training; 0: all there is
};

class TransformerLm : public Model, LanguageModel, train::Task {
 public:
  TransformerLm(LmSettings settings, std::unique_ptr<text::Tokenizer> tokenizer, nn::Params params)
      : s_(std::move(settings)),
        tokenizer_(std::move(tokenizer)),
        params_(std::move(params)),
        net_(nn::Scope(params_), s_.model) {}

  train::FitResult train(train::Run& run, const train::FitOptions& options) override {
    write_file(run.path("tokenizer.json"), tokenizer_->json());
    open_data(run.folder());
    return train::fit(*this, s_.fit, run, options);
  }

  train::Metrics evaluate(const std::string& data) override {
    if (!data.empty()) {
      const auto [tokens, bytes] = data::read_text(data, *tokenizer_);
      return measure(tokens, bytes, 0);
    }
    const auto [train, valid, bytes] = data::open_text(s_.data, *tokenizer_, "");
    require(data::count_windows(valid, s_.model.context) > 0, Exit::data,
            "'{}' was used for training alone (valid_fraction 0): give held-out text with --data",
            s_.data.train);
    return measure(valid, bytes, 0);
  }

  void load(const std::string& checkpoint) override { train::load_weights(checkpoint, params_); }
  Summary summary() const override;

  std::vector<std::string_view> export_formats() const override {
    return {"hf", "safetensors", "npz"};
  }
  void export_weights(std::string_view format, const std::string& path) const override {
    export_transformer(format, path, params_.all(), s_.model, *tokenizer_);
  }

  train::Task& synthetic_task() override {
    synthetic_ = true;
    return *this;
  }

  LanguageModel* language() override { return this; }
  const text::Tokenizer& tokenizer() const override { return *tokenizer_; }
  void generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                const std::function<bool(std::int32_t)>& emit) const override;

 private:
  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  train::Metrics evaluate() override {
    return measure(text_.valid, text_.valid_bytes, s_.eval_batches);
  }
  std::int64_t items_per_part() const override { return s_.batch * s_.model.context; }
  std::string_view item_name() const override { return "tokens"; }

  void open_data(const std::string& folder);
  train::Metrics measure(const data::Tokens& tokens, std::int64_t bytes,
                         std::int64_t most_batches) const;
  data::TokenBatch random_batch(std::uint64_t seed) const;

  LmSettings s_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
  nn::Params params_;
  Transformer net_;
  data::TextSplit text_;
  bool synthetic_ = false;
};

void TransformerLm::open_data(const std::string& folder) {
  text_ = data::open_text(s_.data, *tokenizer_, folder);
  require(text_.train.size() > s_.model.context, Exit::data,
          "'{}': {} tokens for training are too few for a window of context + 1 = {}: use a longer "
          "text or a smaller model.context",
          s_.data.train, text_.train.size(), s_.model.context + 1);
}

data::TokenBatch TransformerLm::random_batch(std::uint64_t seed) const {
  Rng rng(seed);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(s_.batch * s_.model.context + 1));
  for (auto& id : ids) {
    id = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(s_.model.vocab)));
  }
  return data::windows_in_order(data::Tokens::of_ids(ids, s_.model.vocab), 0, s_.batch,
                                s_.model.context);
}

Tensor TransformerLm::loss(std::int64_t step, std::int64_t part) {
  const std::uint64_t seed = derive(derive(s_.seed, static_cast<std::uint64_t>(step)),
                                    static_cast<std::uint64_t>(part));
  const data::TokenBatch batch =
      synthetic_ ? random_batch(seed)
                 : data::random_windows(text_.train, s_.batch, s_.model.context,
                                        derive(seed, "windows"));
  nn::Training training(derive(seed, "dropout"));
  return net_.loss(batch.input, batch.target, &training);
}

// Over windows side by side; spread evenly if there are more than most_batches of them.
train::Metrics TransformerLm::measure(const data::Tokens& tokens, std::int64_t bytes,
                                      std::int64_t most_batches) const {
  const std::int64_t windows = data::count_windows(tokens, s_.model.context);
  if (windows == 0) return {};
  const autograd::NoGrad off;
  const std::int64_t all = (windows + s_.batch - 1) / s_.batch;
  const std::int64_t batches = most_batches > 0 ? std::min(all, most_batches) : all;
  double total = 0, counted = 0;
  for (std::int64_t i = 0; i < batches; ++i) {
    const std::int64_t first = i * all / batches * s_.batch;
    const auto [input, target] = data::windows_in_order(
        tokens, first, std::min(s_.batch, windows - first), s_.model.context);
    const auto count = static_cast<double>(
        std::ranges::count_if(target.values(), [](std::int32_t t) { return t >= 0; }));
    total += count * static_cast<double>(net_.loss(input, target, nullptr).item());
    counted += count;
  }
  const double loss = total / counted;
  const double tokens_per_byte = static_cast<double>(tokens.size()) / static_cast<double>(bytes);
  return {{"loss", loss},
          {"perplexity", std::exp(loss)},
          {"bits_per_byte", loss * tokens_per_byte / std::numbers::ln2}};
}

void TransformerLm::generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                             const std::function<bool(std::int32_t)>& emit) const {
  const std::int64_t context = s_.model.context;
  std::vector<std::int32_t> text = prompt;
  KeyValueCache cache = net_.new_cache();
  const auto continue_from = [&](std::int64_t tokens) {  // the last ones, as if they were all
    cache.used = 0;
    return net_.next_logits({text.end() - std::min(tokens, std::ssize(text)), text.end()}, cache);
  };
  Tensor logits = continue_from(context);
  Rng rng(options.seed);
  for (std::int64_t i = 0; i < options.tokens; ++i) {
    const std::int32_t id = sample(logits, options, rng);
    if (!emit(id) || i + 1 == options.tokens) return;
    text.push_back(id);
    logits = cache.used == context ? continue_from((context + 1) / 2)
                                   : net_.next_logits({id}, cache);
  }
}

Summary TransformerLm::summary() const {
  const TransformerConfig& c = s_.model;
  const std::int64_t rows = s_.batch * c.context;
  Summary s;
  s.items_per_step = rows * s_.fit.step.accumulate;
  s.flops_per_step = c.train_flops_per_token() * static_cast<double>(s.items_per_step);
  s.parameters = params_.count();
  s.weight_bytes = s.parameters * static_cast<std::int64_t>(sizeof(real));
  // Weights, gradients, two moments; what each block keeps for backward; a block of logits.
  const std::int64_t kept = 6 * c.width + c.attention().packed() * (c.rope() ? 2 : 1) +
                            c.heads * c.head_width + c.hidden * (c.swiglu() ? 3 : 2);
  const std::int64_t activations = rows * (c.layers * kept + 4 * c.width) +
                                   std::min<std::int64_t>(rows, 512) * c.vocab +
                                   2 * rows * c.hidden;
  s.training_bytes = 4 * s.weight_bytes + activations * static_cast<std::int64_t>(sizeof(real));

  const auto weights_under = [&](const std::string& prefix) {
    std::int64_t count = 0;
    for (const auto& [name, t] : params_.all()) count += name.starts_with(prefix) ? t.size() : 0;
    return count;
  };
  const Shape stream{s_.batch, c.context, c.width};
  const auto row = [&](const std::string& name, const Shape& shape, std::int64_t macs_per_row) {
    s.layers.push_back({name, shape, weights_under(name + "."), macs_per_row * rows});
  };
  row("embedding", stream, 0);
  if (!c.rope()) row("positions", stream, 0);
  for (std::int64_t i = 0; i < c.layers; ++i) {
    const std::string block = "blocks." + std::to_string(i) + ".";
    const std::int64_t attended = c.heads * c.head_width;
    row(block + "norm1", stream, 0);
    row(block + "attention", stream,
        c.width * (c.attention().packed() + attended) + attended * (c.context + 1));
    row(block + "norm2", stream, 0);
    row(block + "mlp", stream, c.width * c.hidden * (c.swiglu() ? 3 : 2));
  }
  row("norm", stream, 0);
  row("head", {s_.batch, c.context, c.vocab}, c.width * c.vocab);
  return s;
}

// A model too large for the machine is refused by name, not by the system's killer.
void check_size(const LmSettings& s, config::Reader& model) {
  const double bytes = static_cast<double>(s.model.parameters()) * sizeof(real);
  const double machine = static_cast<double>(memory_bytes());
  if (bytes > machine) {
    model.fail("layers", fmt::format("the weights alone take {:.0f} GB, this machine has {:.0f} GB: "
                                     "use fewer layers or a smaller width", bytes / 1e9,
                                     machine / 1e9));
  }
}

}  // namespace

std::unique_ptr<Model> make_transformer_lm(config::Reader& root, const Origin& origin) {
  LmSettings s;
  auto model = root.child("model"), data = root.child("data"), train = root.child("train");
  auto seed = static_cast<std::int64_t>(s.seed);
  root.field("seed", seed, 0);
  s.seed = static_cast<std::uint64_t>(seed);
  s.model = TransformerConfig::read(model);
  s.data = data::TextConfig::read(data);
  train.field("batch", s.batch, 1, 1 << 20);
  train.field("eval_batches", s.eval_batches, 0);
  s.fit = train::FitConfig::read(train);
  root.done();  // complain about the config before any data is opened

  auto tokenizer = origin.from_run() && s.data.tokenizer.name != "ids"
                       ? text::load_tokenizer(origin.run + "/tokenizer.json")
                       : data::make_tokenizer(s.data);
  s.model.vocab = tokenizer->size();
  check_size(s, model);
  return std::make_unique<TransformerLm>(
      std::move(s), std::move(tokenizer),
      origin.from_run() ? nn::Params::blank() : nn::Params(static_cast<std::uint64_t>(seed)));
}

}  // namespace dlt::models
