#include "models/ngram/ngram_lm.h"

#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <optional>

#include "models/ngram/settings.h"
#include "models/ngram/words_tokenizer.h"
#include "ngram/arpa.h"
#include "ngram/corpus.h"
#include "ngram/next.h"
#include "ngram/score_text.h"
#include "train/files.h"
#include "train/progress.h"

namespace dlt::models {
namespace {

constexpr std::string_view model_file = "/model.ngram";

// Whether b has the n-grams of a, below these nodes, with the same numbers.
bool same_below(const ngram::Model& a, ngram::Node i, const ngram::Model& b, ngram::Node j, int n) {
  if (a.log10_p(n, i) != b.log10_p(n, j)) return false;
  if (n == a.order()) return true;
  const auto children = a.children(n, i), others = b.children(n, j);
  if (a.log10_bow(n, i) != b.log10_bow(n, j)) return false;
  if (children.end - children.begin != others.end - others.begin) return false;
  for (ngram::Node child = children.begin; child < children.end; ++child) {
    const auto word = b.vocabulary().id(a.vocabulary().word(a.word(n + 1, child)));
    const ngram::Node other = b.child(n, j, word);
    if (other == ngram::nowhere || !same_below(a, child, b, other, n + 1)) return false;
  }
  return true;
}

bool same_model(const ngram::Model& a, const ngram::Model& b) {
  if (a.order() != b.order() || a.count(1) != b.count(1)) return false;
  for (ngram::Node word = 0; word < a.count(1); ++word) {
    const auto other = b.vocabulary().id(a.vocabulary().word(word));
    if (!same_below(a, word, b, other, 1)) return false;
  }
  return true;
}

class NgramLm : public Model, LanguageModel {
 public:
  explicit NgramLm(NgramSettings settings) : s_(std::move(settings)) {}

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override;
  train::Metrics evaluate(const std::string& data) override;
  void load(const std::string& checkpoint) override {
    adopt(ngram::Model::open(checkpoint + std::string(model_file)));
  }
  Summary summary() const override;

  std::vector<std::string_view> export_formats() const override { return {"arpa", "ngram"}; }
  void export_weights(std::string_view format, const std::string& path) const override {
    if (format == "arpa") return write_arpa(path, *model_);
    write_model(path, model_->tables(), model_->values());
  }

  std::string check_export(std::string_view format, const std::string& path) const override;

  train::Task& synthetic_task() override {
    fail(Exit::usage, "lm.ngram learns by counting: it has no training steps and no gradients");
  }

  LanguageModel* language() override { return this; }
  const text::Tokenizer& tokenizer() const override { return *tokenizer_; }
  void generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                const std::function<bool(std::int32_t)>& emit) const override;

 private:
  bool has_valid() const;
  ngram::Totals score(const std::string& file, ngram::Share share) const;
  void adopt(ngram::Model model) {
    tokenizer_ = make_words_tokenizer(model.vocabulary(), model.about().unit);
    model_ = std::move(model);
  }

  NgramSettings s_;
  std::optional<ngram::Model> model_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
};

void NgramLm::open_data(const std::string& /*run*/) {
  require(!s_.texts.empty(), Exit::usage,
          "data.train names no text file: give one, as in --set data.train=book.txt");
  for (const std::string& file : s_.texts) ngram::TextReader(file, {0, s_.train.count.text.share});
  if (!s_.valid.empty()) ngram::TextReader(s_.valid, {});
}

train::FitResult NgramLm::train(train::Run& run, const train::FitOptions& options) {
  train::FitResult result;
  result.step = 1;
  train::Progress progress(options.quiet ? train::Progress::Quiet::yes
                                         : train::Progress::Quiet::no);
  if (options.resume && run.has("last")) {
    progress.say("the run is finished: its model is counted already");
    return result;
  }
  const auto trained = ngram::train(s_.texts, s_.train, [&](const std::string& stage, double part) {
    progress.stage(stage, part);
  });
  run.log(trained.tables.about.made);
  for (const std::string& line : ngram::report_lines(trained)) progress.say(line);
  train::Metrics counts = {{"sentences", static_cast<double>(trained.sentences)},
                           {"tokens", static_cast<double>(trained.tokens)}};
  for (std::size_t n = 0; n < trained.orders.size(); ++n) {
    counts.emplace_back(fmt::format("ngrams_{}", n + 1),
                        static_cast<double>(trained.orders[n].kept));
  }
  run.report(1, counts);
  run.save(1, train::Best::yes, 1, [&](const std::string& folder) {
    write_model(folder + std::string(model_file), trained.tables, s_.values);
  });
  run.log("finished");
  if (!has_valid()) return result;
  load(run.checkpoint("last"));
  result.valid = evaluate("");
  for (auto& [name, value] : result.valid) name.insert(0, "valid_");
  run.report(1, result.valid);
  progress.say(train::metrics_line(result.valid));
  return result;
}

bool NgramLm::has_valid() const { return !s_.valid.empty() || s_.valid_fraction > 0; }

ngram::Totals NgramLm::score(const std::string& file, ngram::Share share) const {
  ngram::TextReader text(file, share);
  return score_text(*model_, text, {}, {});
}

train::Metrics NgramLm::evaluate(const std::string& data) {
  require(!data.empty() || has_valid(), Exit::usage,
          "all text was counted (no data.valid, no data.valid_fraction): give held-out text with "
          "--data");
  ngram::Totals totals;
  if (!data.empty() || !s_.valid.empty()) {
    totals = score(data.empty() ? s_.valid : data, {});
  } else {
    for (const std::string& file : s_.texts) totals.add(score(file, {1 - s_.valid_fraction, 1}));
  }
  require(totals.tokens > 0, Exit::data, "the held-out text has no sentences");
  const auto tokens = static_cast<double>(totals.tokens);
  return {{"loss", -totals.log10_p / tokens * std::numbers::ln10},
          {"perplexity", totals.perplexity()},
          {"perplexity_known", totals.perplexity_known()},
          {"perplexity_words", totals.perplexity_words()},
          {"bits_per_token", totals.bits_per_token()},
          {"bits_per_character", totals.bits_per_character()},
          {"unknown", static_cast<double>(totals.unknown) / tokens},
          {"tokens", tokens}};
}

std::string NgramLm::check_export(std::string_view /*format*/, const std::string& path) const {
  const auto written = ngram::Model::open(path);
  std::uint64_t grams = 0;
  for (int n = 1; n <= model_->order(); ++n) grams += model_->count(n);
  require(same_model(*model_, written), "'{}' holds other n-grams or numbers than the model", path);
  return fmt::format("{} n-grams equal", grams);
}

Summary NgramLm::summary() const {
  Summary s;
  s.items_per_step = 1;
  if (!model_) return s;
  for (int n = 1; n <= model_->order(); ++n) {
    const auto count = static_cast<std::int64_t>(model_->count(n));
    const std::int64_t numbers = n < model_->order() ? 2 * count : count;
    s.layers.push_back({fmt::format("{}-grams", n), {count}, numbers, 0});
    s.parameters += numbers;
  }
  s.weight_bytes = s.parameters * (s_.values == ngram::Values::exact ? 4 : 1);
  return s;
}

void NgramLm::generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                       const std::function<bool(std::int32_t)>& emit) const {
  const ngram::Scorer scorer(*model_);
  auto state = scorer.begin();
  for (const std::int32_t id : prompt) {
    scorer.score(state, static_cast<ngram::WordId>(id), state);
  }
  Rng rng(options.seed);
  for (std::int64_t i = 0; i < options.tokens; ++i) {
    const std::vector<float> next = ngram::next_words(*model_, state);
    Tensor logits = Tensor::uninitialized({static_cast<std::int64_t>(next.size())});
    std::ranges::transform(next, logits.mutable_data(),
                           [](float p) { return static_cast<real>(p * std::numbers::ln10); });
    const std::int32_t id = sample(logits, options, rng);
    if (!emit(id)) return;
    const auto word = static_cast<ngram::WordId>(id);
    if (word == ngram::sentence_end) {
      state = scorer.begin();
    } else {
      scorer.score(state, word, state);
    }
  }
}

}  // namespace

std::unique_ptr<Model> make_ngram_lm(config::Reader& root, const Origin& origin) {
  auto model = std::make_unique<NgramLm>(NgramSettings::read(root));
  if (origin.from_run() && origin.purpose == Purpose::look) {
    const std::string last = origin.run + "/last";
    if (train::exists(last + std::string(model_file))) model->load(last);
  }
  return model;
}

}  // namespace dlt::models
