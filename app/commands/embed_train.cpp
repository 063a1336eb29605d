#include "commands/embed_train.h"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/system.h"
#include "embed/vector_file.h"
#include "models/embedding/learn.h"
#include "models/embedding/settings.h"
#include "ngram/corpus.h"
#include "ngram/training.h"
#include "ngram/unit.h"

namespace dlt::app {
namespace {

using Clock = std::chrono::steady_clock;

embed::Settings settings_of(const EmbedTrainOptions& o) {
  embed::Settings s = o.settings;
  s.method = o.mode == "cbow"    ? embed::Method::cbow
             : o.mode == "glove" ? embed::Method::glove
                                 : embed::Method::skipgram;
  const bool tree = o.loss == "hs" || o.loss == "hierarchical_softmax";
  s.loss = tree ? embed::Loss::hierarchical_softmax : embed::Loss::negative_sampling;
  s.unit = ngram::parse_unit(o.unit);
  s.mean_gradient = !o.full_gradient;
  s.deterministic = !o.free_running;
  if (s.max_chars > 0 && s.min_chars == 0) s.min_chars = std::min<std::int64_t>(3, s.max_chars);
  if (const auto mistake = models::mistake_in(s)) {
    fail(Exit::usage, "{}", mistake->message);
  }
  return s;
}

embed::VectorFormat format_of(const EmbedTrainOptions& o) {
  if (o.format.empty()) return embed::format_of(o.out, embed::VectorFormat::word2vec_text);
  const auto* format = embed::vector_formats().look(o.format);
  require(format != nullptr, Exit::usage, "{}", embed::vector_formats().unknown(o.format));
  return format->make;
}

void print_figures(const EmbedTrainOptions& o, const embed::Corpus& corpus,
                   const embed::Standing& end, double learning, double seconds) {
  const nlohmann::ordered_json all = {
      {"out", o.out},
      {"words", corpus.read},
      {"vocabulary", corpus.size()},
      {"dim", o.settings.dim},
      {"loss", end.loss},
      {"words_per_second", learning > 0 ? static_cast<double>(end.words) / learning : 0},
      {"seconds", seconds},
      {"peak_rss_bytes", peak_rss_bytes()}};
  fmt::print("{}\n", all.dump());
}

}  // namespace

std::vector<std::string> texts_of(const std::vector<std::string>& texts, const std::string& out) {
  if (texts.empty()) return {"-"};
  for (const std::string& text : texts) {
    if (text == "-") continue;
    require(!same_file(text, out), Exit::usage,
            "--out '{}' is the text itself: give the name of another file", out);
    ngram::TextReader{text};  // what cannot be read is said before any work
  }
  return texts;
}

ngram::Workspace workspace_of(const std::string& memory, const std::string& tmp) {
  const auto bytes = ngram::parse_size(memory);
  require(bytes.has_value(), Exit::usage, "--memory: expected a size as 200M, 4G or 50%, got '{}'",
          memory);
  return {*bytes, tmp};
}

void embed_train(const EmbedTrainOptions& o) {
  const auto start = Clock::now();
  const auto since = [](Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  };
  const auto settings = settings_of(o);
  const auto format = format_of(o);
  const auto texts = texts_of(o.texts, o.out);
  const auto work = workspace_of(o.memory, o.tmp);
  { const NewFile probe(o.out); }  // what cannot be written is said now, too
  train::Progress progress(o.quiet ? train::Progress::Quiet::yes : train::Progress::Quiet::no);
  const auto stage = [&](const std::string& name, double part) { progress.stage(name, part); };
  const auto corpus = read_corpus(texts, settings, work, stage);
  progress.say(models::corpus_line(corpus));
  const auto trainer = embed::make_trainer(settings, corpus, work, stage);
  const auto begin = Clock::now();
  models::learn(*trainer, progress, {.report_every = 10'000'000});
  const double learning = since(begin);
  write_vectors(o.out, trainer->vectors(), format);
  if (o.json) return print_figures(o, corpus, trainer->standing(), learning, since(start));
  progress.say(fmt::format("{} in {:.1f} s with {:.0f} MB", o.out, since(start),
                           static_cast<double>(peak_rss_bytes()) / 1e6));
}

}  // namespace dlt::app
