#include "base/registry.h"
#include "commands/ngram_score.h"
#include "verbs.h"

namespace dlt::app {
namespace {

const Registry<ScoreFormat>& formats() {
  static const Registry<ScoreFormat> registry("format", {{{"kenlm"}, "", ScoreFormat::kenlm},
                                                         {{"srilm"}, "", ScoreFormat::srilm},
                                                         {{"json"}, "", ScoreFormat::json}});
  return registry;
}

const Registry<ScoreDetail>& details() {
  static const Registry<ScoreDetail> registry("--per", {{{"word"}, "", ScoreDetail::word},
                                                        {{"sentence"}, "", ScoreDetail::sentence},
                                                        {{"document"}, "", ScoreDetail::document},
                                                        {{"summary"}, "", ScoreDetail::summary}});
  return registry;
}

}  // namespace

void add_ngram_score(CLI::App& group, int& code) {
  static NgramScoreOptions o;  // filled while the command line is read
  auto* t = verb(group, "score", "Probability and perplexity of sentences",
                 "dlt ngram score --lm news.ngram --per sentence < test.txt\n"
                 "  dlt ngram score --lm news.arpa.gz --json \"in the beginning\"",
                 code, [] { ngram_score(o); });
  t->add_option("sentence", o.sentences, "sentences; without any, those of --text");
  t->add_option("--lm", o.lm, "model file, ARPA file (plain or gzip) or run folder")->required();
  t->add_option("--text", o.text, "a sentence a line; - is standard input")->capture_default_str();
  t->add_option_function<std::string>(
       "--format", [](const std::string& name) { o.format = formats().find(name).make; },
       "kenlm (as its query prints), srilm (as ngram -ppl) or json (an object a line)")
      ->option_text("FORMAT=kenlm");
  t->add_option_function<std::string>(
       "--per", [](const std::string& name) { o.detail = details().find(name).make; },
       "what to print beside the summary: word, sentence, document (blank lines between them) or "
       "summary (nothing)")
      ->option_text("WHAT=word");
  t->add_flag_callback(
      "--summary", [] { o.detail = ScoreDetail::summary; }, "--per summary");
  t->add_flag_callback(
      "--json", [] { o.format = ScoreFormat::json; }, "--format json");
  t->add_flag_callback(
      "-n,--no-bounds", [] { o.bounds = false; },
      "lines are not sentences: no <s> before and no </s> behind them");
  t->add_flag("--skip-empty", o.skip_empty, "empty lines are no sentences");
}

}  // namespace dlt::app
