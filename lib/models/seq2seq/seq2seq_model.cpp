#include "models/seq2seq/seq2seq_model.h"

#include <algorithm>

#include "base/file.h"
#include "base/rng.h"
#include "base/system.h"
#include "models/export_tensors.h"
#include "models/seq2seq/measure.h"
#include "models/seq2seq/settings.h"
#include "models/seq2seq/summarize.h"
#include "models/seq2seq/translate_lines.h"
#include "train/checkpoint.h"
#include "train/files.h"
#include "train/progress.h"

namespace dlt::models {
namespace {

constexpr std::int64_t usual = 31;  // tokens of a side of made-up pairs
const auto no_stage = [](double) {};

class Seq2SeqModel : public Model, Translator, train::Task {
 public:
  Seq2SeqModel(Seq2SeqSettings settings, std::optional<data::TextPairs> texts,
               data::PairVocabulary vocabulary, nn::Params params,
               const std::function<std::unique_ptr<Seq2SeqNet>(const nn::Scope&)>& make_net)
      : s_(std::move(settings)),
        texts_(std::move(texts)),
        vocabulary_(std::move(vocabulary)),
        params_(std::move(params)),
        net_(make_net(nn::Scope(params_))) {
    train::check(*this, s_.fit);
  }

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override;
  train::Metrics evaluate(const std::string& data) override {
    return measure(data, "", s_.search, s_.bleu_tokenize).metrics;
  }
  void load(const std::string& checkpoint) override { train::load_weights(checkpoint, params_); }
  Summary summary() const override;

  std::vector<std::string_view> export_formats() const override {
    if (net_->has_hf()) return {"hf", "safetensors", "npz"};
    return {"safetensors", "npz"};
  }
  void export_weights(std::string_view format, const std::string& path) const override;
  std::string check_export(std::string_view format, const std::string& path) const override {
    return format == "hf" ? net_->check_hf(path, params_.all()) : "";
  }

  train::Task& synthetic_task() override {
    synthetic_ = true;
    return *this;
  }

  Translator* translator() override { return this; }
  std::vector<Translation> translate(const std::vector<std::string>& lines, std::int64_t first_line,
                                     const SearchOptions& options) const override {
    return translate_lines(*net_, vocabulary_, s_.data->longest, lines, first_line, options);
  }
  Translated measure(const std::string& source, const std::string& reference,
                     const SearchOptions& options, const std::string& tokenize) const override;
  SearchOptions search_options() const override { return s_.search; }
  std::string bleu_tokenize() const override { return s_.bleu_tokenize; }

 private:
  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  std::vector<std::string_view> metrics() const override {
    if (s_.eval_translations == 0) return {"loss", "perplexity"};
    return {"loss", "perplexity", "bleu", "chrf", "exact"};
  }
  train::Metrics evaluate() override;
  std::int64_t items_per_part() const override;
  std::string_view item_name() const override { return "tokens"; }

  void check_tokenizer(const std::string& run) const;
  data::EncodedPairs encoded(const data::TextPairs& texts, train::Progress& progress) const;
  std::vector<data::Pair> random_pairs(std::uint64_t seed) const;
  void show_end(train::Run& run, train::Progress& progress) const;
  train::Progress progress() const {
    return train::Progress(quiet ? train::Progress::Quiet::yes : train::Progress::Quiet::no);
  }

  Seq2SeqSettings s_;
  std::optional<data::TextPairs> texts_;  // until they are split
  data::PairVocabulary vocabulary_;
  nn::Params params_;
  std::unique_ptr<Seq2SeqNet> net_;
  data::EncodedPairs training_;
  HeldOutPairs valid_;
  mutable std::optional<data::PairBatches> batches_;  // a cursor of it moves
  bool synthetic_ = false;
};

// A tokenizer made from the text changes with the text; weights learned with another are useless.
void Seq2SeqModel::check_tokenizer(const std::string& run) const {
  const std::string path = run + "/tokenizer.json";
  if (!s_.data->keeps_tokenizer() || !train::exists(path)) return;  // stopped before it was written
  if (read_file(path, Exit::failed) == vocabulary_.tokenizer->json()) return;
  text::load_tokenizer(path);  // says so if it is damaged
  fail(Exit::data,
       "the training pairs have changed since this run began, so their tokenizer would differ from "
       "'{}': start a new run, or bring the old pairs back",
       path);
}

data::EncodedPairs Seq2SeqModel::encoded(const data::TextPairs& texts,
                                         train::Progress& progress) const {
  auto all = data::encode_pairs(texts, vocabulary_, s_.data->longest,
                                [&](double done) { progress.stage("tokens", done); });
  for (const std::string& sentence : all.left_out) progress.say(sentence);
  return all;
}

void Seq2SeqModel::open_data(const std::string& run) {
  require(s_.data->has_text(), Exit::usage,
          R"(the config has no data: add "data": {{"source": "a.en", "target": "a.zh"}}, say)");
  if (!run.empty()) check_tokenizer(run);
  train::Progress shown = progress();
  auto [train, valid] = s_.data->split(std::move(texts_).value());
  texts_.reset();
  training_ = encoded(train, shown);
  require(!training_.pairs.empty(), Exit::data,
          "'{}': all pairs are held out, none is left to learn from", train.source_file);
  valid_.texts = std::move(valid);
  valid_.encoded = encoded(valid_.texts, shown);
  batches_.emplace(training_.pairs, s_.batch_tokens, derive(s_.seed, "batches"));
}

train::FitResult Seq2SeqModel::train(train::Run& run, const train::FitOptions& options) {
  if (s_.data->keeps_tokenizer()) {
    write_file(run.path("tokenizer.json"), vocabulary_.tokenizer->json());
  }
  for (const auto* part : {&training_, &valid_.encoded}) {
    for (const std::string& sentence : part->left_out) run.log(sentence);
  }
  const train::FitResult result = train::fit(*this, s_.fit, run, options);
  if (result.outcome == train::Outcome::finished) {
    train::Progress shown = progress();
    show_end(run, shown);
  }
  return result;
}

// What the last weights make of some held-out pairs.
void Seq2SeqModel::show_end(train::Run& run, train::Progress& shown) const {
  constexpr std::int64_t most = 100;
  constexpr std::size_t samples = 3;
  const Translated t =
      translate_held_out(*net_, valid_, vocabulary_, s_.search, s_.bleu_tokenize, most,
                         [&](double done) { shown.stage("translating", done); });
  const auto say = [&](const std::string& line) {
    run.log(line);
    shown.say(line);
  };
  if (t.outputs.empty()) return;
  say(fmt::format("of {} held-out pairs: {}", t.outputs.size(), train::metrics_line(t.metrics)));
  for (std::size_t i = 0; i < std::min(samples, t.outputs.size()); ++i) {
    say("source     " + t.sources[i]);
    say("reference  " + t.references[i]);
    say("output     " + t.outputs[i]);
  }
}

std::vector<data::Pair> Seq2SeqModel::random_pairs(std::uint64_t seed) const {
  const std::int64_t length =
      std::max<std::int64_t>(1, std::min({usual, s_.data->longest, s_.batch_tokens / 2}));
  const std::int64_t rows = s_.batch_tokens / (2 * (length + 1));
  return data::random_pairs(std::max<std::int64_t>(rows, 1), length, vocabulary_.size, seed);
}

Tensor Seq2SeqModel::loss(std::int64_t step, std::int64_t part) {
  const std::int64_t place = (step - 1) * s_.fit.step.accumulate + part;
  const std::uint64_t seed = derive(s_.seed, static_cast<std::uint64_t>(place));
  std::vector<data::Pair> random;
  std::vector<const data::Pair*> pairs;
  if (synthetic_) {
    random = random_pairs(seed);
    for (const data::Pair& p : random) pairs.push_back(&p);
  } else {
    pairs = batches_.value().batch(place + 1);
  }
  nn::Training training(derive(seed, "dropout"));
  return net_->loss(data::make_batch(pairs, vocabulary_.marks), s_.label_smoothing, &training);
}

std::int64_t Seq2SeqModel::items_per_part() const {
  if (batches_) return batches_->mean_tokens();
  const auto pairs = random_pairs(0);
  return std::ssize(pairs) * 2 * pairs.front().length();
}

train::Metrics Seq2SeqModel::evaluate() {
  auto all = measure_loss(*net_, valid_.encoded.pairs, vocabulary_.marks, s_.batch_tokens,
                          s_.eval_batches);
  if (s_.eval_translations == 0 || all.empty()) return all;
  const Translated t = translate_held_out(*net_, valid_, vocabulary_, s_.search, s_.bleu_tokenize,
                                          s_.eval_translations, no_stage);
  all.insert(all.end(), t.metrics.begin(), t.metrics.end());
  return all;
}

Translated Seq2SeqModel::measure(const std::string& source, const std::string& reference,
                                 const SearchOptions& options, const std::string& tokenize) const {
  HeldOutPairs pairs;
  if (source.empty()) {
    require(s_.data->has_text(), Exit::data,
            "the run has no data of its own: give held-out pairs with --data and --reference");
    pairs.texts = s_.data->split(s_.data->all()).valid;
    require(pairs.texts.size() > 0, Exit::data,
            "all pairs were used for training: give held-out ones with --data and --reference");
  } else {
    pairs.texts = reference.empty()
                      ? data::read_tsv("--data", source)
                      : data::read_parallel("--data", source, "--reference", reference);
  }
  train::Progress shown = progress();
  pairs.encoded = encoded(pairs.texts, shown);
  auto metrics = measure_loss(*net_, pairs.encoded.pairs, vocabulary_.marks, s_.batch_tokens, 0);
  Translated t = translate_held_out(*net_, pairs, vocabulary_, options, tokenize, 0,
                                    [&](double done) { shown.stage("translating", done); });
  t.metrics.insert(t.metrics.begin(), metrics.begin(), metrics.end());
  return t;
}

void Seq2SeqModel::export_weights(std::string_view format, const std::string& path) const {
  if (format == "hf") {
    require(!train::exists(path) || train::is_folder(path), Exit::usage,
            "'{}' is a file, format hf is a folder: give another --out", path);
    require(train::names_in(path).empty(), Exit::usage,
            "'{}' is not empty: give another --out, or empty it first", path);
    return train::make_whole(path, [&](const std::string& folder) {
      net_->write_hf(folder, params_.all(), vocabulary_);
      if (s_.data->keeps_tokenizer()) {
        write_file(folder + "/tokenizer.json", vocabulary_.tokenizer->json());
      }
    });
  }
  export_tensors(format, path, params_.all());
}

Summary Seq2SeqModel::summary() const {
  constexpr std::int64_t time = usual + 1;
  const std::int64_t rows = std::max<std::int64_t>(s_.batch_tokens / (2 * time), 1);
  return summarize(params_, vocabulary_.size, rows, time, s_.fit.step.accumulate);
}

// Complains about the config before data are opened. A network of a few tokens tells the rest.
void check_network(config::Reader& root, const Seq2SeqSettings& s, MakeSeq2SeqNet make_net) {
  auto model = root.child("model");
  auto params = nn::Params::blank();
  const auto net = make_net(model, nn::Scope(params), 2);
  root.done();
  if (s.data->longest >= net->longest()) {
    root.child("data").fail("longest", fmt::format("{} tokens and an end do not fit into the {} "
                                                   "positions of the model",
                                                   s.data->longest, net->longest()));
  }
  const double bytes = 4 * sizeof(real) * static_cast<double>(params.count());
  const auto machine = static_cast<double>(memory_bytes());
  if (bytes > machine) {
    model.fail("name",
               fmt::format("{:.3g} parameters take {:.0f} GB with gradients and moments, "
                           "this machine has {:.0f} GB: use a smaller model",
                           static_cast<double>(params.count()), bytes / 1e9, machine / 1e9));
  }
}

}  // namespace

std::unique_ptr<Model> make_seq2seq(config::Reader& root, const Origin& origin,
                                    MakeSeq2SeqNet make_net) {
  auto s = Seq2SeqSettings::read(root);
  check_network(root, s, make_net);
  const bool from_file = origin.from_run() && s.data->keeps_tokenizer();
  std::optional<data::TextPairs> texts;
  if (!origin.from_run() && s.data->has_text()) texts = s.data->all();
  auto tokenizer = from_file ? text::load_tokenizer(origin.run + "/tokenizer.json")
                             : s.data->make_tokenizer(texts ? &*texts : nullptr);
  data::PairVocabulary vocabulary(std::move(tokenizer), s.data->marks());
  const bool blank = origin.from_run() || origin.purpose == Purpose::look;
  nn::Params params = blank ? nn::Params::blank() : nn::Params(s.seed);
  const auto net = [&root, make_net, size = vocabulary.size](const nn::Scope& scope) {
    auto model = root.child("model");
    return make_net(model, scope, size);
  };
  return std::make_unique<Seq2SeqModel>(std::move(s), std::move(texts), std::move(vocabulary),
                                        std::move(params), net);
}

}  // namespace dlt::models
