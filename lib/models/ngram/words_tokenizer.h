#pragma once

#include <memory>

#include "ngram/vocabulary.h"
#include "ngram/word.h"
#include "text/tokenizer.h"

namespace dlt::models {

// The tokens of an n-gram model as a tokenizer: what its vocabulary lacks is <unk>; </s> is a line
// end.
std::unique_ptr<text::Tokenizer> make_words_tokenizer(ngram::Vocabulary vocabulary,
                                                      ngram::Unit unit);

}  // namespace dlt::models
