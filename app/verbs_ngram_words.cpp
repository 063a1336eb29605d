#include "command_line.h"
#include "commands/ngram_distance.h"
#include "commands/ngram_segment.h"
#include "commands/ngram_spell.h"
#include "verbs.h"

namespace dlt::app {
namespace {

template <class Options>
void words_options(CLI::App* sub, Options& o) {
  sub->add_option("text", o.texts, "texts (default: lines of standard input)");
  sub->add_option("--dict", o.dict, "words, one a line, perhaps with counts");
  sub->add_option("--lm", o.lm, "an n-gram model of words");
  sub->add_flag("--json", o.json, "one JSON object for each text");
}

}  // namespace

void add_ngram_words(CLI::App& group, int& code) {
  static NgramDistanceOptions d;  // filled while the command line is read
  static NgramSpellOptions s;
  static NgramSegmentOptions g;

  auto* t = verb(group, "spell", "Corrects words and lines, or suggests what was meant",
                 "dlt ngram spell --dict words.txt informtaion\n  dlt ngram spell --lm lm.dlt "
                 "< letter.txt > corrected.txt",
                 code, [] { ngram_spell(s); });
  words_options(t, s);
  t->add_option("--edits", s.edits, "how many edits a word may have")
      ->capture_default_str()
      ->check(integer(1, 3));
  t->add_option("--top", s.top, "list so many suggestions for each word (one word: 5)")
      ->check(integer(1, 1000));
  t->add_option("--errors", s.errors,
                "learn the error model from a file of lines 'wrong right' or 'right: wrong wrong'");
  t->add_option("--test", s.test, "measure on a file of misspellings, of the same form");
  t->add_flag("--verbose", s.verbose, "name the changes, or the mistakes of --test");

  t = verb(group, "segment", "Cuts text without blanks into words",
           "dlt ngram segment --dict words.txt thequickbrownfox", code, [] { ngram_segment(g); });
  words_options(t, g);
  t->add_option("--separator", g.separator, "what to put between words")->capture_default_str();
  t->add_option("--test", g.test, "measure on a file of lines with blanks between the words");

  t = verb(group, "distance", "How much two texts differ, by the n-grams they share",
           "dlt ngram distance Gorbachev Gorbechyov\n  dlt ngram distance --nearest words.txt "
           "Gorbechyov",
           code, [] { ngram_distance(d); });
  t->add_option("text", d.texts, "two texts (default: lines of two with a tab between)");
  t->add_option("--n", d.n, "length of the n-grams, in characters")
      ->capture_default_str()
      ->check(integer(1, 1000));
  t->add_option("--nearest", d.nearest, "find the nearest words of this list instead");
  t->add_option("--top", d.top, "so many of them")->capture_default_str()->check(integer(1));
  t->add_flag("--json", d.json, "one JSON object for each pair or text");
}

}  // namespace dlt::app
