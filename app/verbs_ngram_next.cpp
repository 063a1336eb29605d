#include "command_line.h"
#include "commands/ngram_next.h"
#include "verbs.h"

namespace dlt::app {

void add_ngram_next(CLI::App& group, int& code) {
  static NgramSuggestOptions s;  // filled while the command line is read
  static NgramGenerateOptions g;
  auto* t = verb(group, "suggest", "The likeliest next words of a text",
                 "dlt ngram suggest --lm lm.arpa \"the large green\"\n"
                 "  dlt ngram suggest --lm lm.arpa --complete --top 5 \"the large gr\"",
                 code, [] { ngram_suggest(s); });
  t->add_option("--lm", s.lm, "the model")->required();
  t->add_option("text", s.texts, "beginnings of sentences (default: lines of standard input)");
  t->add_option("--top", s.top, "how many words")->capture_default_str()->check(integer(1));
  t->add_flag("--complete", s.complete,
              "the last word is still being typed, unless the text ends with a blank");
  t->add_flag("--json", s.json, "one JSON object for each text");

  t = verb(group, "generate", "Sentences as a model has learned them",
           "dlt ngram generate --lm lm.arpa --prompt \"in the\" --sentences 3 --seed 2", code,
           [] { ngram_generate(g); });
  t->add_option("--lm", g.lm, "the model")->required();
  t->add_option("--prompt", g.prompt, "what every sentence begins with");
  t->add_option("--sentences", g.sentences, "how many, each of at most 1000 tokens")
      ->check(integer(1));
  t->add_option("--tokens", g.tokens, "how many, sentence ends too (default: 200)")
      ->check(integer(1));
  t->add_option("--temperature", g.draw.temperature, "0: always the likeliest word")
      ->capture_default_str()
      ->check(number(0, 100));
  t->add_option("--top-k", g.draw.top_k, "draw from the K likeliest; 0: from all")
      ->capture_default_str()
      ->check(integer(0));
  t->add_option("--top-p", g.draw.top_p, "draw from the likeliest that make up P")
      ->capture_default_str()
      ->check(number(0, 1));
  t->add_option("--seed", g.seed, "of the draws")->capture_default_str()->check(integer(0));
}

}  // namespace dlt::app
