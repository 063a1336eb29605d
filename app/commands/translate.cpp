#include "commands/translate.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/core.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "commands/open_run.h"
#include "models/translator.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

class Stream {
 public:
  Stream(const models::Translator& model, const models::SearchOptions& search, bool json)
      : model_(model), search_(search), json_(json) {}

  void translate(const std::vector<std::string>& lines) {
    const auto answers = model_.translate(lines, line_, search_);
    for (std::size_t i = 0; i < lines.size(); ++i) print(lines[i], answers[i]);
    const bool written = std::fflush(stdout) == 0;
    require(written, "cannot write to standard output: {}", std::strerror(errno));
    line_ += std::ssize(lines);
  }

 private:
  void print(const std::string& source, const models::Translation& answer) const {
    if (!json_) return fmt::print("{}\n", answer.text);
    const ordered_json all = {
        {"source", source}, {"translation", answer.text}, {"score", answer.score}};
    fmt::print("{}\n", all.dump());
  }

  const models::Translator& model_;
  models::SearchOptions search_;
  bool json_;
  std::int64_t line_ = 1;
};

void translate_input(Stream& stream, std::int64_t batch) {
  const bool typed = ::isatty(STDIN_FILENO) == 1;  // then every line is answered at once
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
    if (!typed && std::ssize(lines) < batch) continue;
    stream.translate(lines);
    lines.clear();
  }
  if (!lines.empty()) stream.translate(lines);
}

}  // namespace

void translate(const TranslateOptions& o) {
  const OpenRun open = open_run(o.run, o.checkpoint);
  const models::Translator* model = open.model->translator();
  require(model != nullptr, Exit::usage,
          "'{}' holds a model that does not translate: dlt translate is for runs of seq2seq models",
          o.run);
  models::SearchOptions search = model->search_options();
  search.beam = o.beam.value_or(search.beam);
  search.length_penalty = o.length_penalty.value_or(search.length_penalty);
  Stream stream(*model, search, o.json);
  if (!o.text) return translate_input(stream, o.batch);
  try {
    stream.translate({*o.text});
  } catch (const Error& e) {  // not a file's data but what the user typed
    if (e.exit() != Exit::data) throw;
    fail(Exit::usage, "--src: {}", e.what());
  }
}

}  // namespace dlt::app
