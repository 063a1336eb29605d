#include "commands/ngram_score.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "commands/ngram_score_format.h"

namespace dlt::app {
namespace {

void print(std::string_view text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  require(written, "cannot write to standard output: {}", std::strerror(errno));
}

// Sums documents up, which blank lines end.
class Documents {
 public:
  explicit Documents(ScoreFormat format) : format_(format) {}

  void add(const ngram::Totals& line) {
    if (line.sentences == 0) return finish();
    totals_.add(line);
  }
  void finish() {
    if (totals_.sentences == 0) return;
    std::string out;
    append_document(out, ++number_, totals_, format_);
    print(out);
    totals_ = {};
  }

 private:
  ScoreFormat format_;
  std::int64_t number_ = 0;
  ngram::Totals totals_;
};

// Each sentence of the command line by itself: it may hold line ends, which separate words here.
ngram::Totals score_sentences(const ngram::Model& model, std::vector<std::string> sentences,
                              const ngram::ScoreSettings& settings, const ngram::ScoredText& use) {
  const ngram::Scorer scorer(model);
  const std::string name = "command line";
  ngram::Totals totals;
  std::string out;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::string& text = sentences[i];
    for (char& c : text) c = c == '\n' ? ' ' : c;
    text += '\n';
    const ngram::Block block = {text, static_cast<std::int64_t>(i + 1), &name};
    score_lines(scorer, model, block, settings, [&](const ngram::ScoredLine& line) {
      if (use.format) use.format(line, out);
      if (line.ends) totals.add(line.totals);
      if (line.ends && use.line) use.line(line.totals);
    });
    use.write(out);
    out.clear();
  }
  return totals;
}

}  // namespace

void ngram_score(const NgramScoreOptions& o) {
  const bool given = !o.sentences.empty();
  require(!given || o.text == "-", Exit::usage,
          "sentences on the command line and --text '{}' are both to be scored: give one of them",
          o.text);
  const auto model = ngram::Model::open(o.lm);
  const bool documents = o.detail == ScoreDetail::document;
  const ngram::ScoreSettings settings = {o.bounds, o.skip_empty || documents};
  Documents sums(o.format);
  ngram::ScoredText use;
  use.write = print;
  if (documents) {
    use.line = [&](const ngram::Totals& line) { sums.add(line); };
  } else if (o.detail != ScoreDetail::summary) {
    use.format = [&](const ngram::ScoredLine& line, std::string& out) {
      append_line(out, line, o.format, o.detail);
    };
  }
  ngram::Totals totals;
  std::string name = o.text == "-" ? "standard input" : o.text;
  if (given) {
    name = "command line";
    totals = score_sentences(model, o.sentences, settings, use);
  } else {
    ngram::TextReader text(o.text);
    totals = score_text(model, text, settings, use);
  }
  if (documents) sums.finish();
  require(totals.sentences > 0, Exit::data, "{} holds no sentence: there is nothing to score",
          o.text == "-" && !given ? "standard input" : "'" + name + "'");
  std::string out;
  append_summary(out, name, totals, o.format);
  print(out);
}

}  // namespace dlt::app
