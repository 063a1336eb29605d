#include "models/text_classifier/text_classifier.h"

#include <algorithm>
#include <numeric>

#include "autograd/autograd.h"
#include "base/file.h"
#include "data/examples.h"
#include "embed/vector_file.h"
#include "models/embedding/check_vectors.h"
#include "models/export_tensors.h"
#include "models/text_classifier/encode.h"
#include "models/text_classifier/network.h"
#include "models/text_classifier/settings.h"
#include "models/text_classifier/tally.h"
#include "ops/ops.h"
#include "train/checkpoint.h"
#include "train/files.h"
#include "train/progress.h"

namespace dlt::models {
namespace {

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& line : all) text += line + "\n";
  return text;
}

class TextClassifier : public Model, train::Task, TextClasses {
 public:
  TextClassifier(TextClassifierSettings settings, nn::Params params)
      : s_(std::move(settings)),
        params_(std::move(params)),
        net_(nn::Scope(params_), s_),
        encoder_(s_.words, s_.ngrams, s_.buckets) {
    training_ = encoded(s_.training, s_.train_file);
    valid_ = encoded(s_.valid, s_.valid_file.empty() ? s_.train_file : s_.valid_file);
    train::check(*this, s_.fit);
  }

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override;
  train::Metrics evaluate(const std::string& data) override;
  void load(const std::string& checkpoint) override { train::load_weights(checkpoint, params_); }
  Summary summary() const override;

  std::vector<std::string_view> export_formats() const override {
    return {"safetensors", "npz", "word2vec", "word2vec-bin"};
  }
  void export_weights(std::string_view format, const std::string& path) const override;
  std::string check_export(std::string_view format, const std::string& path) const override;

  train::Task& synthetic_task() override {
    synthetic_ = true;
    return *this;
  }

  TextClasses* text_classes() override { return this; }
  const std::vector<std::string>& labels() const override { return s_.labels; }
  Tensor probabilities(std::span<const std::string> texts) const override;

 private:
  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  std::vector<std::string_view> metrics() const override {
    return {"loss", "accuracy", "macro_f1"};
  }
  train::Metrics evaluate() override { return measure(valid_, s_.eval_batches); }
  std::int64_t items_per_part() const override { return s_.batch; }
  std::string_view item_name() const override { return "texts"; }

  EncodedTexts encoded(const std::vector<data::LabelledText>& texts, const std::string& file) const;
  EncodedTexts made_up(std::uint64_t seed) const;
  train::Metrics measure(const EncodedTexts& all, std::int64_t most_batches) const;
  Tensor logits(const EncodedTexts& all, std::span<const std::int64_t> members) const {
    return net_(all.words.chosen(members), all.grams.chosen(members));
  }

  TextClassifierSettings s_;
  nn::Params params_;
  TextNetwork net_;
  TextEncoder encoder_;
  EncodedTexts training_, valid_;
  bool synthetic_ = false;
};

EncodedTexts TextClassifier::encoded(const std::vector<data::LabelledText>& texts,
                                     const std::string& file) const {
  EncodedTexts all;
  all.labels = data::label_ids(texts, s_.labels, file);
  for (const data::LabelledText& t : texts) encoder_.add(t.text, all);
  return all;
}

void TextClassifier::open_data(const std::string& run) {
  require(
      s_.has_data, Exit::usage,
      R"(the config has no data: add "data": {{"name": "labelled_text", "train": "file.tsv"}}, say)");
  for (const auto& [name, all] :
       {std::pair("/vocab.txt", &s_.words), {"/labels.txt", &s_.labels}}) {
    const std::string path = run + name;
    if (run.empty() || !train::exists(path)) continue;
    require(read_file(path, Exit::failed) == lines(*all), Exit::data,
            "the training data or the word vectors have changed since this run began, their words "
            "or classes are not those of '{}': start a new run, or bring the old files back",
            path);
  }
}

train::FitResult TextClassifier::train(train::Run& run, const train::FitOptions& options) {
  write_file(run.path("vocab.txt"), lines(s_.words));
  write_file(run.path("labels.txt"), lines(s_.labels));
  if (const std::string summary = s_.summary_of_vectors(); !summary.empty()) {
    run.log(summary);
    train::Progress(options.quiet ? train::Progress::Quiet::yes : train::Progress::Quiet::no)
        .say(summary);
  }
  return train::fit(*this, s_.fit, run, options);
}

EncodedTexts TextClassifier::made_up(std::uint64_t seed) const {
  constexpr std::int64_t length = 20;  // words
  Rng rng(seed);
  const auto drawn = [&rng](std::int64_t below) {
    return static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(below)));
  };
  EncodedTexts all;
  for (std::int64_t i = 0; i < s_.batch; ++i) {
    std::vector<std::int32_t> words(length), grams(s_.ngrams > 1 ? (s_.ngrams - 1) * length : 0);
    for (auto& id : words) id = drawn(std::ssize(s_.words));
    for (auto& id : grams) id = drawn(s_.buckets);
    all.words.add(words);
    all.grams.add(grams);
    all.labels.push_back(drawn(std::ssize(s_.labels)));
  }
  return all;
}

Tensor TextClassifier::loss(std::int64_t step, std::int64_t part) {
  const std::int64_t place = (step - 1) * s_.fit.step.accumulate + part;
  std::vector<std::int64_t> members(static_cast<std::size_t>(s_.batch));
  std::iota(members.begin(), members.end(), 0);
  EncodedTexts random;
  if (synthetic_) {
    random = made_up(derive(s_.seed, static_cast<std::uint64_t>(place)));
  } else {
    members = data::shuffled(training_.size(), s_.batch, place, derive(s_.seed, "examples"));
  }
  const EncodedTexts& texts = synthetic_ ? random : training_;
  std::vector<std::int32_t> labels;
  for (const std::int64_t m : members) labels.push_back(texts.labels[static_cast<std::size_t>(m)]);
  return ops::cross_entropy(logits(texts, members), Indices({s_.batch}, std::move(labels)));
}

// In the order of the texts; spread evenly if there are more than most_batches of them.
train::Metrics TextClassifier::measure(const EncodedTexts& all, std::int64_t most_batches) const {
  constexpr std::int64_t least = 64;  // texts at once
  const autograd::NoGrad off;
  const std::int64_t batch = std::max(s_.batch, least), there = (all.size() + batch - 1) / batch;
  const std::int64_t batches = most_batches > 0 ? std::min(there, most_batches) : there;
  Tally tally(std::ssize(s_.labels));
  for (std::int64_t i = 0; i < batches; ++i) {
    const std::int64_t first = i * there / batches * batch;
    std::vector<std::int64_t> members(
        static_cast<std::size_t>(std::min(batch, all.size() - first)));
    std::iota(members.begin(), members.end(), first);
    tally.add(logits(all, members), std::span(all.labels).subspan(static_cast<std::size_t>(first)));
  }
  return tally.metrics();
}

train::Metrics TextClassifier::evaluate(const std::string& data) {
  const auto texts = s_.held_out(data);
  require(!texts.empty(), Exit::data,
          "all data were used for training (valid_fraction 0): give held-out ones with --data");
  const std::string& file = data.empty() ? s_.valid_file : data;
  return measure(encoded(texts, file.empty() ? s_.train_file : file), 0);
}

Tensor TextClassifier::probabilities(std::span<const std::string> texts) const {
  const autograd::NoGrad off;
  EncodedTexts all;
  for (const std::string& text : texts) encoder_.add(text, all);
  std::vector<std::int64_t> members(texts.size());
  std::iota(members.begin(), members.end(), 0);
  return ops::softmax(logits(all, members));
}

void TextClassifier::export_weights(std::string_view format, const std::string& path) const {
  if (format == "npz" || format == "safetensors") {
    return export_tensors(format, path, params_.all());
  }
  require(!train::is_folder(path), Exit::usage,
          "'{}' is a folder, format {} is one file: give its name with --out", path, format);
  embed::write_vectors(path, {s_.words, {}, net_.words().detach()},
                       embed::vector_formats().find(format).make);
}

std::string TextClassifier::check_export(std::string_view format, const std::string& path) const {
  if (format == "npz" || format == "safetensors") return "";
  return check_vectors(path, {s_.words, {}, net_.words().detach()},
                       embed::vector_formats().find(format).make);
}

Summary TextClassifier::summary() const {
  const std::int64_t classes = std::ssize(s_.labels), words = net_.words().size();
  Summary s;
  s.layers = {{"embedding", {s_.batch, s_.dim}, s_.rows == RowsFrom::frozen ? 0 : words, 0},
              {"linear", {s_.batch, classes}, (s_.dim + 1) * classes, s_.batch * s_.dim * classes}};
  if (s_.ngrams > 1) {
    s.layers.insert(s.layers.begin() + 1, {"ngrams", {s_.batch, s_.dim}, s_.buckets * s_.dim, 0});
  }
  s.parameters = params_.count();
  s.items_per_step = s_.batch * s_.fit.step.accumulate;
  s.flops_per_step = 6 * static_cast<double>(s.items_per_step * s_.dim * classes);
  const auto bytes = static_cast<std::int64_t>(sizeof(real));
  s.weight_bytes = s.parameters * bytes;
  s.training_bytes = 4 * s.weight_bytes;  // weights, gradients, two moments
  if (s_.rows == RowsFrom::frozen) s.training_bytes += words * bytes;
  return s;
}

}  // namespace

std::unique_ptr<Model> make_text_classifier(config::Reader& root, const Origin& origin) {
  TextClassifierSettings settings(root, origin);
  nn::Params params = origin.from_run() ? nn::Params::blank() : nn::Params(settings.seed);
  auto made = std::make_unique<TextClassifier>(std::move(settings), std::move(params));
  root.done();
  return made;
}

}  // namespace dlt::models
