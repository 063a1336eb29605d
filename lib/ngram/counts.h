#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ngram/levels.h"

namespace dlt::ngram {

enum class Symbols : std::uint8_t { refuse, skip };  // <s>, </s> (and <unk>) inside a text

struct TextSettings {
  Unit unit = Unit::words;
  std::int64_t min_count = 1;  // rarer words become <unk>
  std::string vocabulary;      // a file of words, one a line, that decides alone: all others become
                               // <unk>; "": none
  Symbols symbols = Symbols::refuse;
  bool open_vocabulary = false;  // <unk> in the text is a word
  double share = 1;              // of the bytes of each text, from its beginning, to whole lines
  bool skip_empty = false;       // empty lines are no sentences
};

// How much memory sorting and tables may take, and where the rest goes.
struct Workspace {
  std::int64_t memory = 0;  // bytes; 0: half of what is available
  std::string tmp;          // folder of temporary files; "": $TMPDIR or /tmp

  std::int64_t limit() const;  // in bytes, never 0
  std::string folder() const;  // never ""
};

struct CountSettings {
  int order = 3;
  TextSettings text;
  Workspace work;
  bool raw = true;       // of levels below the top: only if pruning or the smoothing need them
  bool adjusted = true;  // for Kneser-Ney
};

// Where a long work stands: bytes of text read, sorted n-grams ... `stage` is a few words.
using Report = std::function<void(const std::string& stage, double fraction)>;

// Counts all n-grams of up to `order` words of text files ("-": standard input, copied to a
// temporary file because text is read twice). The result is the same for any number of threads
// and any memory limit. Words, numbers of their occurrences and places of mistakes are exact.
// Errors, Exit::data with file, line and column: NUL bytes, <s> and </s> in the text, no sentence
// at all, words longer than 65,535 bytes; Exit::failed: a full disk.
Counts count(const std::vector<std::string>& files, const CountSettings& settings,
             const Report& report);

}  // namespace dlt::ngram
