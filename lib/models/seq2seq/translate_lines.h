#pragma once

#include "models/seq2seq/network.h"
#include "models/translator.h"

namespace dlt::models {

// See Translator::translate(); `longest`: tokens of a line.
std::vector<Translation> translate_lines(const Seq2SeqNet& net,
                                         const data::PairVocabulary& vocabulary,
                                         std::int64_t longest,
                                         const std::vector<std::string>& lines,
                                         std::int64_t first_line, const SearchOptions& options);

}  // namespace dlt::models
