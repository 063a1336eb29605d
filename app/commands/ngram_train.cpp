#include "commands/ngram_train.h"

#include <chrono>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/system.h"
#include "ngram/arpa.h"
#include "ngram/corpus.h"
#include "train/progress.h"

namespace dlt::app {
namespace {

bool is_arpa(const std::string& path) {
  return path.ends_with(".arpa") || path.ends_with(".arpa.gz");
}

ngram::TrainSettings settings_of(const NgramTrainOptions& o) {
  ngram::TrainSettings s = o.settings;
  s.count.text.unit = unit_of(o.unit);
  if (o.skip_symbols) s.count.text.symbols = ngram::Symbols::skip;
  const auto* smoothing = ngram::smoothings().look(o.smoothing);
  require(smoothing != nullptr, Exit::usage, "{}", ngram::smoothings().unknown(o.smoothing));
  s.estimate.smoothing = smoothing->make;
  s.estimate.interpolate = !o.back_off;
  s.estimate.interpolate_unigrams = !o.raw_unigrams;
  const auto memory = ngram::parse_size(o.memory);
  require(memory.has_value(), Exit::usage, "--memory: expected a size as 200M, 4G or 50%, got '{}'",
          o.memory);
  s.count.work.memory = *memory;
  return s;
}

void check_out(const NgramTrainOptions& o) {
  for (const std::string& text : o.texts) {
    require(text == "-" || !same_file(text, o.out), Exit::usage,
            "--out '{}' is the text itself: give the name of another file", o.out);
  }
  require(!o.quantize || !is_arpa(o.out), Exit::usage,
          "--quantize is for dlt's own files: an ARPA file holds numbers as they are");
}

}  // namespace

ngram::Unit unit_of(const std::string& name) {
  return name == "chars"   ? ngram::Unit::chars
         : name == "bytes" ? ngram::Unit::bytes
                           : ngram::Unit::words;
}

void ngram_train(const NgramTrainOptions& o) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  check_out(o);
  const auto settings = settings_of(o);
  for (const std::string& text : o.texts) {
    if (text != "-") ngram::TextReader{text};  // what cannot be read is said before any work
  }
  { const NewFile probe(o.out); }  // so is what cannot be written
  train::Progress progress(o.quiet ? train::Progress::Quiet::yes : train::Progress::Quiet::no);
  const auto trained = ngram::train(o.texts, settings, [&](const std::string& stage, double part) {
    progress.stage(stage, part);
  });
  progress.stage("writing", 0);
  if (is_arpa(o.out)) {
    write_arpa(o.out, ngram::Model::of(trained.tables));
  } else {
    write_model(o.out, trained.tables,
                o.quantize ? ngram::Values::quantized : ngram::Values::exact);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (o.json) {
    auto all = nlohmann::ordered_json::parse(trained.tables.about.made);
    all["seconds"] = seconds;
    all["peak_rss_bytes"] = peak_rss_bytes();
    fmt::print("{}\n", all.dump());
    return;
  }
  for (const std::string& line : report_lines(trained)) progress.say(line);
  progress.say(fmt::format("{} in {:.1f} s with {:.0f} MB", o.out, seconds,
                           static_cast<double>(peak_rss_bytes()) / 1e6));
}

}  // namespace dlt::app
