#include "commands/ngram_words.h"

#include <cstdio>

#include "base/error.h"
#include "base/utf8.h"
#include "ngram/corpus.h"

namespace dlt::app {

lexicon::Lexicon open_lexicon(const std::string& dict, const std::string& lm) {
  require(dict.empty() != lm.empty(), Exit::usage,
          "{}: give a list of words with --dict FILE, or a model of words with --lm MODEL",
          dict.empty() ? "no words are given" : "--dict and --lm are both given, one is needed");
  if (!lm.empty()) return lexicon::Lexicon(ngram::Model::open(lm));
  return lexicon::Lexicon(lexicon::read_word_list(dict));
}

void require_utf8(std::string_view argument) {
  require(is_utf8(argument), Exit::usage, "the text '{}' is not UTF-8: give it in UTF-8",
          printable(argument));
}

void each_text(const std::vector<std::string>& texts,
               const std::function<void(std::string_view text, std::int64_t number)>& take) {
  for (const std::string& text : texts) require_utf8(text);
  std::int64_t number = 0;
  for (const std::string& text : texts) take(text, ++number);
  if (!texts.empty()) return;
  ngram::TextReader reader("-");
  for (ngram::Block block; reader.next(block); std::fflush(stdout)) {
    ngram::each_line(block, [&](std::string_view line, std::int64_t at) {
      require(is_utf8(line), Exit::data,
              "standard input:{}: the line is not UTF-8: convert the text to UTF-8", at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      take(line, at);
    });
  }
}

}  // namespace dlt::app
