#include "command_line.h"
#include "commands/average.h"
#include "commands/translate.h"
#include "verbs.h"

namespace dlt::app {

void add_translate(CLI::App& cli, int& code) {
  static TranslateOptions o;  // filled while the command line is read
  auto* t = verb(cli, "translate", "Translate lines with a sequence to sequence model",
                 "dlt translate runs/zh-en --beam 4 < lines.zh > lines.en\n"
                 "  dlt translate runs/copy --src \"1 2 3 4 5\"",
                 code, [] { translate(o); });
  t->add_option("run", o.run, "run folder")->required();
  t->add_option("--src", o.text, "a line to translate (default: lines of standard input)");
  checkpoint_option(t, o.checkpoint);
  search_options(t, o.beam, o.length_penalty);
  t->add_option("--batch", o.batch, "lines to translate at once; answers do not depend on it")
      ->capture_default_str()
      ->check(integer(1, 1 << 20));
  t->add_flag("--json", o.json, "a JSON object a line");
}

void add_average(CLI::App& cli, int& code) {
  static AverageOptions o;  // filled while the command line is read
  auto* t =
      verb(cli, "average", "Make a run of the mean of a run's last checkpoints",
           "dlt average runs/zh-en --last 5 --out runs/zh-en-average", code, [] { average(o); });
  t->add_option("run", o.run, "run folder")->required();
  t->add_option("--last", o.last, "how many checkpoints")
      ->capture_default_str()
      ->check(integer(1, 1 << 20));
  t->add_option("--out", o.out, "run folder to make")->required();
  t->add_flag("--overwrite", o.overwrite, "replace the run in the folder");
}

}  // namespace dlt::app
