#include "commands/ngram_score.h"
#include "verbs.h"

namespace dlt::app {

void add_ngram_score(CLI::App& group, int& code) {
  static NgramScoreOptions o;  // filled while the command line is read
  auto* t = verb(group, "score", "Probability and perplexity of sentences",
                 "dlt ngram score --lm news.ngram --per sentence < test.txt\n"
                 "  dlt ngram score --lm news.arpa.gz --json \"in the beginning\"",
                 code, [] { ngram_score(o); });
  t->add_option("sentence", o.sentences, "sentences; without any, those of --text");
  t->add_option("--lm", o.lm, "model file, ARPA file (plain or gzip) or run folder")->required();
  t->add_option("--text", o.text, "a sentence a line; - is standard input")->capture_default_str();
  t->add_option("--format", o.format,
                "kenlm (as its query prints), srilm (as ngram -ppl) or json (an object a line)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ScoreFormat>{{"kenlm", ScoreFormat::kenlm},
                                             {"srilm", ScoreFormat::srilm},
                                             {"json", ScoreFormat::json}}))
      ->option_text("kenlm|srilm|json");
  t->add_option("--per", o.detail,
                "what to print beside the summary: word, sentence, document (blank lines between "
                "them) or summary (nothing)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ScoreDetail>{{"word", ScoreDetail::word},
                                             {"sentence", ScoreDetail::sentence},
                                             {"document", ScoreDetail::document},
                                             {"summary", ScoreDetail::summary}}))
      ->option_text("word|sentence|document|summary");
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
