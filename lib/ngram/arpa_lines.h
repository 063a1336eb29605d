#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/vocabulary.h"

// The lines of an ARPA file that hold n-grams: a log10 probability, the words, and perhaps a
// back-off weight, between blanks or tabs.
namespace dlt::ngram {

// Thrown by what follows, and nothing else.
struct ArpaMistake {
  std::int64_t line;
  std::string what;
};

// The n-grams of one length, in the order of the file.
struct ArpaRows {
  int n = 1;
  std::vector<WordId> words;              // n of each, the last word first
  std::vector<float> log10_p, log10_bow;  // where there is no weight: 0
  std::int64_t needless = 0;              // weights other than 0 of the longest n-grams: not kept

  std::size_t size() const { return log10_p.size(); }
  const WordId* at(std::size_t row) const {
    return words.data() + row * static_cast<std::size_t>(n);
  }
  std::int64_t line(std::size_t row) const;
  void place(std::int64_t line);                          // of the next row
  void append(const ArpaRows& rows, std::int64_t lines);  // whose lines are counted from `lines`

 private:
  struct Run {  // rows in lines without a gap
    std::size_t row;
    std::int64_t line;
  };
  std::vector<Run> runs_;
};

// The 1-grams: they make the vocabulary.
struct ArpaWords : ArpaRows {
  std::string text;               // end to end
  std::vector<std::size_t> ends;  // of each row's word in `text`
  std::string_view word(std::size_t row) const;
};

enum class Longest : bool { no, yes };  // whether these are the n-grams of the model's order

// Add the n-grams of whole lines, the first of which is number `line`. Empty lines are passed over.
void read_words(std::string_view text, std::int64_t line, Longest longest, ArpaWords& rows);
void read_rows(std::string_view text, std::int64_t line, const Vocabulary& words, Longest longest,
               ArpaRows& rows);  // in parallel

bool is_unknown(std::string_view word);  // <unk> or <UNK>

// For messages: printable and not too long.
std::string shown(std::string_view text);

}  // namespace dlt::ngram
