#include "command_line.h"
#include "commands/bleu.h"
#include "verbs.h"

namespace dlt::app {

void add_bleu(CLI::App& cli, int& code) {
  static BleuCommandOptions o;  // filled while the command line is read
  auto* t = verb(cli, "bleu", "BLEU and chrF of translations, equal to sacreBLEU's",
                 "dlt bleu --ref reference.zh --tokenize zh output.zh\n"
                 "  dlt bleu --ref a.en --ref b.en --sentence < output.en",
                 code, [] { bleu(o); });
  t->add_option("hypotheses", o.hypotheses, "translations, a line each; - is standard input")
      ->capture_default_str();
  t->add_option("--ref", o.references, "a reference translation, line by line; may be repeated")
      ->required()
      ->take_all()
      ->allow_extra_args(false);
  t->add_option("--tokenize", o.bleu.tokenize, "for BLEU: 13a, zh, char or none")
      ->capture_default_str();
  t->add_option("--smooth", o.smoothing, "exp, floor, add-k or none")->capture_default_str();
  t->add_option("--smooth-value", o.bleu.smooth_value, "of floor (default 0.1) and add-k (1)")
      ->check(number(0, 1e9));
  t->add_flag("--lowercase", o.chrf.lowercase, "capitals do not count");
  t->add_flag("--effective-order", o.bleu.effective_order,
              "only orders that have n-grams: for short texts");
  t->add_flag("--sentence", o.sentence, "a score a line, of effective order");
  t->add_flag("--chrf", o.only_chrf, "chrF only");
  t->add_option("--chrf-word-order", o.chrf.words, "2: chrF++")
      ->capture_default_str()
      ->check(integer(0, 9));
  t->add_flag("--json", o.json, "one JSON object; with --sentence one a line");
}

}  // namespace dlt::app
