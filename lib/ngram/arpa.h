#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ngram/levels.h"
#include "ngram/model.h"

// ARPA text files (the de-facto standard of SRILM, KenLM, IRSTLM): log10 values, one n-gram a line.
namespace dlt::ngram {

// Tolerant: text before \data\, tabs or blanks, CRLF, missing back-off weights and prefixes,
// n-grams in any order, <UNK>, no <unk> (it gets probability 10^-100, as KenLM has it), -99 and
// -inf (both log_zero). Exit::damaged with file:line otherwise: no header, wrong counts, NaN, a
// positive probability, an unknown word, a duplicate, a wrong number of words, a file that ends
// early; Exit::usage: there is no such file. A suffix that is missing is put in with the
// probability that backing off gives it, so that no score changes: see is_filler(). Words have the
// order of the file. Warnings (back-off weights of the top order, no <unk>, what was put in) go to
// `warnings`. The unit is words; About::made says the style.
Tables read_arpa(const std::string& path, std::vector<std::string>* warnings = nullptr);

enum class ArpaStyle : std::uint8_t {
  srilm,  // <s> has -99, back-off weights of 0 are left out
  kenlm   // <s> has 0, each n-gram below the top order its back-off weight
};
// Sorted by (last word, ..., first word); numbers as short as they can be read back. A name that
// ends in .gz is compressed. "-" is standard output. The same model gives the same bytes.
void write_arpa(const std::string& path, const Model& model, ArpaStyle style = ArpaStyle::srilm);

}  // namespace dlt::ngram
