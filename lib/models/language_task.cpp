#include "models/language_task.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unistd.h>

#include "autograd/autograd.h"
#include "base/file.h"
#include "kernels/softmax.h"
#include "ops/loss.h"
#include "train/checkpoint.h"

namespace dlt::models {
namespace {

void check_held_out(const data::Tokens& tokens, const std::string& file) {
  require(tokens.size() > 1, Exit::data,
          "'{}': {} token is too short a text to evaluate on: at least 2 are needed", file,
          tokens.size());
}

std::int64_t whole(double n) { return static_cast<std::int64_t>(std::min(n, 9e18)); }

class LanguageTask : public Model, LanguageModel, GradientFlow, train::Task {
 public:
  explicit LanguageTask(LanguageParts parts)
      : s_(std::move(parts.settings)),
        size_(parts.size),
        tokenizer_(std::move(parts.tokenizer)),
        params_(std::move(parts.params)),
        net_(std::move(parts.net)) {
    train::check(*this, s_.fit);
  }

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override {
    write_file(run.path("tokenizer.json"), tokenizer_->json());
    data::keep_tokens(text_, run.folder());
    return train::fit(*this, s_.fit, run, options);
  }

  train::Metrics evaluate(const std::string& data) override {
    const auto [tokens, bytes] = held_out(data);
    return measure(tokens, bytes, 0);
  }

  void load(const std::string& checkpoint) override { train::load_weights(checkpoint, params_); }
  Summary summary() const override;

  std::vector<std::string_view> export_formats() const override { return net_->export_formats(); }
  void export_weights(std::string_view format, const std::string& path) const override {
    net_->export_weights(format, path, params_.all(), *tokenizer_);
  }

  train::Task& synthetic_task() override {
    synthetic_ = true;
    return *this;
  }

  LanguageModel* language() override { return this; }
  const text::Tokenizer& tokenizer() const override { return *tokenizer_; }
  void generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                const std::function<bool(std::int32_t)>& emit) const override;

  GradientFlow* gradient_flow() override { return this; }
  std::vector<double> gradient_norms(const std::string& data, std::int64_t windows) override;

 private:
  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  std::vector<std::string_view> metrics() const override {
    return {"loss", "perplexity", "bits_per_byte"};
  }
  train::Metrics evaluate() override {
    return measure(text_.valid, text_.valid_bytes, s_.eval_batches);
  }
  std::int64_t items_per_part() const override { return s_.batch * s_.context; }
  std::string_view item_name() const override { return "tokens"; }

  void check_tokenizer(const std::string& run) const;
  data::TextTokens held_out(const std::string& data) const;
  train::Metrics measure(const data::Tokens& tokens, std::int64_t bytes,
                         std::int64_t most_batches) const;
  data::TokenBatch random_batch(std::uint64_t seed) const;
  void add_gradient_norms(std::vector<double>& by_distance, const Indices& window) const;

  LanguageSettings s_;
  LanguageSize size_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
  nn::Params params_;
  std::unique_ptr<LanguageNet> net_;
  data::TextSplit text_;
  bool synthetic_ = false;
};

// A tokenizer made from the text changes with the text; weights learned with another are useless.
void LanguageTask::check_tokenizer(const std::string& run) const {
  const std::string path = run + "/tokenizer.json";
  if (::access(path.c_str(), F_OK) != 0) return;  // stopped before it was written
  if (read_file(path, Exit::failed) == tokenizer_->json()) return;
  if (tokenizer_->name() != "ids") text::load_tokenizer(path);  // says so if it is damaged
  fail(Exit::data,
       "'{}' has changed since this run began, so its tokenizer would differ from '{}': start a "
       "new run, or bring the old text back",
       s_.data.train, path);
}

void LanguageTask::open_data(const std::string& run) {
  if (!run.empty()) check_tokenizer(run);
  text_ = data::open_text(s_.data, *tokenizer_, run);
  require(text_.train.size() > s_.context, Exit::data,
          "'{}': {} tokens for training are too few for a window of context + 1 = {}: use a longer "
          "text or a smaller model.context",
          s_.data.train, text_.train.size(), s_.context + 1);
  if (!s_.data.valid.empty()) {
    check_held_out(text_.valid, s_.data.valid);
  } else if (s_.data.valid_fraction > 0) {
    require(text_.valid.size() > 1, Exit::data,
            "'{}': data.valid_fraction = {} of its {} tokens leaves too few to evaluate on: use a "
            "longer text, a larger fraction, or 0 for no evaluation",
            s_.data.train, s_.data.valid_fraction, text_.train.size() + text_.valid.size());
  }
}

// The run's own held-out text, or the file `data`.
data::TextTokens LanguageTask::held_out(const std::string& data) const {
  if (!data.empty()) {
    auto text = data::read_text("--data", data, *tokenizer_);
    check_held_out(text.tokens, data);
    return text;
  }
  auto text = data::open_held_out(s_.data, *tokenizer_);
  require(text.tokens.size() > 1, Exit::data,
          "'{}' was used for training alone (valid_fraction 0): give held-out text with --data",
          s_.data.train);
  return text;
}

data::TokenBatch LanguageTask::random_batch(std::uint64_t seed) const {
  Rng rng(seed);
  const std::int64_t vocab = tokenizer_->size();
  std::vector<std::int32_t> ids(static_cast<std::size_t>(s_.batch * s_.context + 1));
  for (auto& id : ids) {
    id = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(vocab)));
  }
  return data::windows_in_order(data::Tokens::of_ids(ids, vocab), 0, s_.batch, s_.context);
}

Tensor LanguageTask::loss(std::int64_t step, std::int64_t part) {
  const std::uint64_t seed =
      derive(derive(s_.seed, static_cast<std::uint64_t>(step)), static_cast<std::uint64_t>(part));
  const data::TokenBatch batch =
      synthetic_ ? random_batch(seed)
                 : data::random_windows(text_.train, s_.batch, s_.context, derive(seed, "windows"));
  nn::Training training(derive(seed, "dropout"));
  return net_->loss(net_->embed(batch.input), batch.target, &training);
}

// Over windows side by side; spread evenly if there are more than most_batches of them.
train::Metrics LanguageTask::measure(const data::Tokens& tokens, std::int64_t bytes,
                                     std::int64_t most_batches) const {
  const std::int64_t windows = data::count_windows(tokens, s_.context);
  if (windows == 0) return {};
  const autograd::NoGrad off;
  const std::int64_t all = (windows + s_.batch - 1) / s_.batch;
  const std::int64_t batches = most_batches > 0 ? std::min(all, most_batches) : all;
  double total = 0, counted = 0;
  for (std::int64_t i = 0; i < batches; ++i) {
    const std::int64_t first = i * all / batches * s_.batch;
    const auto [input, target] =
        data::windows_in_order(tokens, first, std::min(s_.batch, windows - first), s_.context);
    const auto count = static_cast<double>(
        std::ranges::count_if(target.values(), [](std::int32_t t) { return t >= 0; }));
    total += count * static_cast<double>(net_->loss(net_->embed(input), target, nullptr).item());
    counted += count;
  }
  const double loss = total / counted;
  const double tokens_per_byte = static_cast<double>(tokens.size()) / static_cast<double>(bytes);
  return {{"loss", loss},
          {"perplexity", std::exp(loss)},
          {"bits_per_byte", loss * tokens_per_byte / std::numbers::ln2}};
}

void LanguageTask::generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                            const std::function<bool(std::int32_t)>& emit) const {
  const auto text = net_->begin();
  Tensor logits = text->read(prompt);
  Rng rng(options.seed);
  for (std::int64_t i = 0; i < options.tokens; ++i) {
    const std::int32_t id = sample(logits, options, rng);
    if (!emit(id) || i + 1 == options.tokens) return;
    logits = text->read({id});
  }
}

// Of one window [1, context + 1]: its last token is what the loss is about.
void LanguageTask::add_gradient_norms(std::vector<double>& by_distance,
                                      const Indices& window) const {
  const std::int64_t time = s_.context;
  const auto& ids = window.values();
  std::vector<std::int32_t> targets(static_cast<std::size_t>(time), ops::ignored);
  targets.back() = ids.back();
  Tensor x;
  {
    const autograd::NoGrad off;
    x = net_->embed(Indices({1, time}, {ids.begin(), ids.end() - 1}));
  }
  x = x.clone().set_needs_grad();
  autograd::backward(net_->loss(x, Indices({1, time}, targets), nullptr));
  const Tensor dx = x.grad();
  const std::int64_t width = dx.dim(2);
  for (std::int64_t d = 0; d < time; ++d) {
    const real* row = dx.data() + (time - 1 - d) * width;
    by_distance[static_cast<std::size_t>(d)] +=
        std::sqrt(static_cast<double>(kernels::dot(row, row, width)));
  }
}

std::vector<double> LanguageTask::gradient_norms(const std::string& data, std::int64_t windows) {
  const data::Tokens tokens = held_out(data).tokens;
  const std::int64_t length = s_.context + 1, places = tokens.size() - length + 1;
  require(places > 0, Exit::data,
          "'{}': {} held-out tokens are too few for a window of context + 1 = {}: use a longer "
          "text or a smaller model.context",
          data.empty() ? s_.data.train : data, tokens.size(), length);
  windows = std::min(windows, places);
  std::vector<double> norms(static_cast<std::size_t>(s_.context));
  for (std::int64_t i = 0; i < windows; ++i) {
    const std::int64_t first = i * places / windows;
    std::vector<std::int32_t> ids;
    for (std::int64_t t = 0; t < length; ++t) ids.push_back(tokens[first + t]);
    add_gradient_norms(norms, Indices({1, length}, std::move(ids)));
  }
  params_.zero_grad();  // of no use here
  for (double& norm : norms) norm /= static_cast<double>(windows);
  return norms;
}

Summary LanguageTask::summary() const {
  const std::int64_t rows = s_.batch * s_.context;
  Summary s;
  s.items_per_step = rows * s_.fit.step.accumulate;
  s.flops_per_step = size_.train_flops_per_token * static_cast<double>(s.items_per_step);
  s.parameters = params_.count();
  s.weight_bytes = s.parameters * static_cast<std::int64_t>(sizeof(real));
  s.training_bytes = whole(size_.training_bytes);
  for (const LanguageLayer& layer : net_->layers(params_.all())) {
    s.layers.push_back({layer.name,
                        {s_.batch, s_.context, layer.width},
                        layer.parameters,
                        whole(static_cast<double>(layer.macs) * static_cast<double>(rows))});
  }
  return s;
}

}  // namespace

std::unique_ptr<Model> make_language_model(LanguageParts parts) {
  return std::make_unique<LanguageTask>(std::move(parts));
}

}  // namespace dlt::models
