#include "models/transformer/transformer_lm.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unistd.h>

#include "autograd/autograd.h"
#include "base/file.h"
#include "models/transformer/hf.h"
#include "models/transformer/lm_settings.h"
#include "models/transformer/transformer.h"
#include "train/checkpoint.h"

namespace dlt::models {
namespace {

void check_held_out(const data::Tokens& tokens, const std::string& file) {
  require(tokens.size() > 1, Exit::data,
          "'{}': {} token is too short a text to evaluate on: at least 2 are needed", file,
          tokens.size());
}

class TransformerLm : public Model, LanguageModel, train::Task {
 public:
  TransformerLm(LmSettings settings, std::unique_ptr<text::Tokenizer> tokenizer, nn::Params params)
      : s_(std::move(settings)),
        tokenizer_(std::move(tokenizer)),
        params_(std::move(params)),
        net_(nn::Scope(params_), s_.model) {
    train::check(*this, s_.fit);
  }

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override {
    write_file(run.path("tokenizer.json"), tokenizer_->json());
    data::keep_tokens(text_, run.folder());
    return train::fit(*this, s_.fit, run, options);
  }

  train::Metrics evaluate(const std::string& data) override {
    if (!data.empty()) {
      const auto [tokens, bytes] = data::read_text("--data", data, *tokenizer_);
      check_held_out(tokens, data);
      return measure(tokens, bytes, 0);
    }
    const auto [valid, bytes] = data::open_held_out(s_.data, *tokenizer_);
    require(valid.size() > 1, Exit::data,
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
  std::vector<std::string_view> metrics() const override {
    return {"loss", "perplexity", "bits_per_byte"};
  }
  train::Metrics evaluate() override {
    return measure(text_.valid, text_.valid_bytes, s_.eval_batches);
  }
  std::int64_t items_per_part() const override { return s_.batch * s_.model.context; }
  std::string_view item_name() const override { return "tokens"; }

  void check_tokenizer(const std::string& run) const;
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

// A tokenizer made from the text changes with the text; weights learned with another are useless.
void TransformerLm::check_tokenizer(const std::string& run) const {
  const std::string path = run + "/tokenizer.json";
  if (::access(path.c_str(), F_OK) != 0) return;  // stopped before it was written
  if (read_file(path, Exit::failed) == tokenizer_->json()) return;
  if (tokenizer_->name() != "ids") text::load_tokenizer(path);  // says so if it is damaged
  fail(Exit::data,
       "'{}' has changed since this run began, so its tokenizer would differ from '{}': start a "
       "new run, or bring the old text back",
       s_.data.train, path);
}

void TransformerLm::open_data(const std::string& run) {
  if (!run.empty()) check_tokenizer(run);
  text_ = data::open_text(s_.data, *tokenizer_, run);
  require(text_.train.size() > s_.model.context, Exit::data,
          "'{}': {} tokens for training are too few for a window of context + 1 = {}: use a longer "
          "text or a smaller model.context",
          s_.data.train, text_.train.size(), s_.model.context + 1);
  if (!s_.data.valid.empty()) {
    check_held_out(text_.valid, s_.data.valid);
  } else if (s_.data.valid_fraction > 0) {
    require(text_.valid.size() > 1, Exit::data,
            "'{}': data.valid_fraction = {} of its {} tokens leaves too few to evaluate on: use a "
            "longer text, a larger fraction, or 0 for no evaluation",
            s_.data.train, s_.data.valid_fraction, text_.train.size() + text_.valid.size());
  }
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
  const std::uint64_t seed =
      derive(derive(s_.seed, static_cast<std::uint64_t>(step)), static_cast<std::uint64_t>(part));
  const data::TokenBatch batch =
      synthetic_
          ? random_batch(seed)
          : data::random_windows(text_.train, s_.batch, s_.model.context, derive(seed, "windows"));
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
    logits =
        cache.used == context ? continue_from((context + 1) / 2) : net_.next_logits({id}, cache);
  }
}

std::int64_t whole(double n) { return static_cast<std::int64_t>(std::min(n, 9e18)); }

Summary TransformerLm::summary() const {
  const TransformerConfig& c = s_.model;
  const std::int64_t rows = s_.batch * c.context;
  Summary s;
  s.items_per_step = rows * s_.fit.step.accumulate;
  s.flops_per_step = c.train_flops_per_token() * static_cast<double>(s.items_per_step);
  s.parameters = params_.count();
  s.weight_bytes = s.parameters * static_cast<std::int64_t>(sizeof(real));
  s.training_bytes = whole(s_.training_bytes());

  const auto weights_under = [&](const std::string& prefix) {
    std::int64_t count = 0;
    for (const auto& [name, t] : params_.all()) count += name.starts_with(prefix) ? t.size() : 0;
    return count;
  };
  const Shape stream{s_.batch, c.context, c.width};
  const auto row = [&](const std::string& name, const Shape& shape, std::int64_t macs_per_row) {
    s.layers.push_back({name, shape, weights_under(name + "."),
                        whole(static_cast<double>(macs_per_row) * static_cast<double>(rows))});
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

}  // namespace

std::unique_ptr<Model> make_transformer_lm(config::Reader& root, const Origin& origin) {
  LmSettings s = LmSettings::read(root);
  auto tokenizer = origin.from_run() && s.data.tokenizer.name != "ids"
                       ? text::load_tokenizer(origin.run + "/tokenizer.json")
                       : data::make_tokenizer(s.data);
  s.model.vocab = tokenizer->size();
  const bool blank = origin.from_run() || origin.purpose == Purpose::look;
  s.check_size(blank ? Purpose::look : Purpose::train, root);
  return std::make_unique<TransformerLm>(std::move(s), std::move(tokenizer),
                                         blank ? nn::Params::blank() : nn::Params(s.seed));
}

}  // namespace dlt::models
