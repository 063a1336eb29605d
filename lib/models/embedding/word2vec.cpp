#include "models/embedding/word2vec.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "embed/vector_file.h"
#include "io/safetensors.h"
#include "models/embedding/check_vectors.h"
#include "models/embedding/learn.h"
#include "models/embedding/measure.h"
#include "models/embedding/settings.h"
#include "ngram/corpus.h"
#include "train/files.h"
#include "train/interrupt.h"

namespace dlt::models {
namespace {

constexpr std::string_view model_file = "/model.safetensors", state_file = "/state.safetensors";

// Of a corpus as the trainer sees it: words, counts, tokens.
std::uint64_t fingerprint(const embed::Corpus& corpus) {
  constexpr std::int64_t part = 1 << 16;
  const auto tokens = corpus.tokens.span();
  std::vector<std::uint64_t> parts((tokens.size() + part - 1) / part);
  parallel_for(std::ssize(parts), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      std::uint64_t hash = 0;
      const auto stop = std::min<std::size_t>(tokens.size(), (p + 1) * part);
      for (auto i = static_cast<std::size_t>(p * part); i < stop; ++i) {
        hash = derive(hash, tokens[i]);
      }
      parts[static_cast<std::size_t>(p)] = hash;
    }
  });
  std::uint64_t hash = static_cast<std::uint64_t>(corpus.total);
  for (const std::uint64_t p : parts) hash = derive(hash, p);
  for (std::size_t w = 0; w < corpus.words.size(); ++w) {
    hash = derive(derive(hash, corpus.words[w]), static_cast<std::uint64_t>(corpus.counts[w]));
  }
  return hash;
}

class Word2VecRun : public Model {
 public:
  explicit Word2VecRun(EmbeddingSettings settings) : s_(std::move(settings)) {}

  void open_data(const std::string& run) override;
  train::FitResult train(train::Run& run, const train::FitOptions& options) override;
  train::Metrics evaluate(const std::string& data) override;
  void load(const std::string& checkpoint) override {
    vectors_ = embed::read_vectors(checkpoint + std::string(model_file));
  }
  Summary summary() const override;
  std::vector<std::string_view> export_formats() const override;
  void export_weights(std::string_view format, const std::string& path) const override {
    write_vectors(path, *vectors_, embed::vector_formats().find(format).make);
  }
  std::string check_export(std::string_view format, const std::string& path) const override {
    return check_vectors(path, *vectors_, embed::vector_formats().find(format).make);
  }
  train::Task& synthetic_task() override {
    fail(Exit::usage,
         "embed.word2vec learns word by word: it has no training steps as other models have");
  }

 private:
  void resume(const train::Run& run);
  void save(train::Run& run) const;

  EmbeddingSettings s_;
  embed::Corpus corpus_;
  std::unique_ptr<embed::Trainer> trainer_;
  std::string fingerprint_;  // of the corpus
  std::optional<embed::Vectors> vectors_;
};

void Word2VecRun::open_data(const std::string& /*run*/) {
  require(!s_.texts.empty(), Exit::usage,
          "data.train names no text file: give one, as in --set data.train=book.txt");
  for (const std::string& file : s_.texts) {
    if (file != "-") ngram::TextReader{file};  // says so if it cannot
  }
  for (const std::string& file : {s_.similarity, s_.analogies}) {
    if (!file.empty()) ngram::TextReader{file};
  }
  train::Progress progress(quiet ? train::Progress::Quiet::yes : train::Progress::Quiet::no);
  const auto stage = [&](const std::string& name, double part) { progress.stage(name, part); };
  corpus_ = read_corpus(s_.texts, s_.train, s_.work, stage);
  trainer_ = embed::make_trainer(s_.train, corpus_, s_.work, stage);
  fingerprint_ = fmt::format("{:016x}", fingerprint(corpus_));
}

void Word2VecRun::save(train::Run& run) const {
  const std::int64_t words = trainer_->standing().words;
  run.save(words, train::Best::no, s_.keep_last, [&](const std::string& folder) {
    write_vectors(folder + std::string(model_file), trainer_->vectors(),
                  embed::VectorFormat::safetensors);
    io::SafetensorsContent state;
    state.tensors = trainer_->state();
    state.metadata = {
        {"dlt", DLT_VERSION}, {"step", std::to_string(words)}, {"text", fingerprint_}};
    io::write_safetensors(folder + std::string(state_file), state);
  });
  run.log(fmt::format("saved after {} words", words));
}

void Word2VecRun::resume(const train::Run& run) {
  const io::SafetensorsFile file(run.checkpoint("last") + std::string(state_file));
  const auto text = file.metadata().find("text");
  require(text != file.metadata().end(), Exit::damaged,
          "'{}' is damaged: its metadata has no 'text'", file.path());
  require(text->second == fingerprint_, Exit::data,
          "the text is not what the run began with: put the old files back, or start a new run "
          "with another --out");
  const Frame frame("file", file.path());
  trainer_->load(file.tensors());
}

train::FitResult Word2VecRun::train(train::Run& run, const train::FitOptions& options) {
  train::Progress progress(options.quiet ? train::Progress::Quiet::yes
                                         : train::Progress::Quiet::no);
  const std::string words = corpus_line(corpus_);
  progress.say(words);
  run.log(words);
  const bool goes_on = options.resume && run.has("last");
  if (goes_on) resume(run);
  const std::int64_t begin = trainer_->standing().words;
  if (options.resume) run.forget_reports_after(begin);
  train::FitResult result;
  result.step = begin;
  if (begin >= trainer_->standing().all) {
    progress.say("the run is finished");
    return result;
  }
  if (goes_on) progress.say(fmt::format("resuming after {} words", begin));
  const train::Interrupt interrupt;
  LearnEvents events{.report_every = s_.report_every, .save_every = s_.save_every};
  events.report = [&](const train::Standing& now) {
    run.report(now.step,
               {{"loss", now.loss}, {"lr", now.lr}, {"words_per_second", now.items_per_second}});
  };
  events.save = [&] { save(run); };
  events.stopping = [&] { return interrupt.requested() != 0; };
  const bool ended = learn(*trainer_, progress, events);
  result.step = trainer_->standing().words;
  if (!ended) {
    result.signal = interrupt.requested();
    result.outcome = train::Outcome::interrupted;
    run.log(fmt::format("stopped after {} words by signal {}", result.step, result.signal));
    progress.say(fmt::format("stopped after {} words; continue with --resume", result.step));
    return result;
  }
  run.log(fmt::format("finished after {} words", result.step));
  if (s_.similarity.empty() && s_.analogies.empty()) return result;
  vectors_ = trainer_->vectors();
  result.valid = evaluate("");
  for (auto& [name, value] : result.valid) name.insert(0, "valid_");
  run.report(result.step, result.valid);
  progress.say(train::metrics_line(result.valid));
  return result;
}

train::Metrics Word2VecRun::evaluate(const std::string& data) {
  if (!data.empty()) return measure_vectors(*vectors_, data);
  train::Metrics all;
  for (const std::string& file : {s_.similarity, s_.analogies}) {
    if (file.empty()) continue;
    const auto metrics = measure_vectors(*vectors_, file);
    all.insert(all.end(), metrics.begin(), metrics.end());
  }
  require(!all.empty(), Exit::usage,
          "the run's config names no train.similarity and no train.analogies: give a file of word "
          "pairs or of questions with --data");
  return all;
}

Summary Word2VecRun::summary() const {
  Summary s;
  s.items_per_step = 1;
  const auto add = [&](const std::string& name, Shape shape) {
    const std::int64_t size = shape.size();
    s.layers.push_back({name, std::move(shape), size, 0});
    s.parameters += size;
  };
  if (vectors_) {
    add("words", vectors_->rows.shape());
  } else {
    add("each word", {s_.train.dim});
    if (s_.train.max_chars > 0) add("subwords", {s_.train.buckets, s_.train.dim});
  }
  s.weight_bytes = s.parameters * static_cast<std::int64_t>(sizeof(real));
  return s;
}

std::vector<std::string_view> Word2VecRun::export_formats() const {
  std::vector<std::string_view> all;
  for (const auto& format : embed::vector_formats().all()) all.push_back(format.names.front());
  return all;
}

}  // namespace

std::unique_ptr<Model> make_word2vec(config::Reader& root, const Origin& origin) {
  auto model = std::make_unique<Word2VecRun>(EmbeddingSettings::read(root));
  if (origin.from_run() && origin.purpose == Purpose::look) {
    const std::string last = origin.run + "/last";
    if (train::exists(last + std::string(model_file))) model->load(last);
  }
  return model;
}

}  // namespace dlt::models
