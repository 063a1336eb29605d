#include <map>

#include "commands/ngram_convert.h"
#include "verbs.h"

namespace dlt::app {

void add_ngram_convert(CLI::App& group, int& code) {
  static NgramConvertOptions c;  // filled while the command line is read
  static NgramInfoOptions i;
  auto* t = verb(group, "convert", "A model as an ARPA file or as dlt's own, which opens at once",
                 "dlt ngram convert news.arpa.gz news.ngram\n"
                 "  dlt ngram convert news.ngram - --style kenlm > news.arpa",
                 code, [] { ngram_convert(c); });
  t->add_option("in", c.in,
                "ARPA file, plain or gzip (- is standard input), or a model of dlt's own")
      ->required();
  t->add_option("out", c.out, "name that ends in .arpa, .arpa.gz or .ngram; - prints an ARPA file")
      ->required();
  t->add_flag("--quantize", c.quantize, "numbers as 8-bit codes: a smaller .ngram file");
  t->add_option("--style", c.style, "of an ARPA file (default: that of the file it comes from)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, ngram::ArpaStyle>{
          {"kenlm", ngram::ArpaStyle::kenlm}, {"srilm", ngram::ArpaStyle::srilm}}))
      ->option_text("kenlm|srilm");
  t->add_option("--unit", c.unit, "what the model's words are (default: what it says, or words)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ngram::Unit>{{"words", ngram::Unit::words},
                                             {"chars", ngram::Unit::chars},
                                             {"bytes", ngram::Unit::bytes}}))
      ->option_text("words|chars|bytes");
  t->add_flag("--json", c.json, "one JSON object");

  t = verb(group, "info", "What a model is: order, n-grams, vocabulary, how it was made",
           "dlt ngram info news.ngram", code, [] { ngram_info(i); });
  t->add_option("model", i.model, "model file, ARPA file (plain or gzip) or run folder")
      ->required();
  t->add_flag("--json", i.json, "one JSON object");
}

}  // namespace dlt::app
