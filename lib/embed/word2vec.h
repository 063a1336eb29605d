#pragma once

#include <memory>

#include "embed/trainer.h"

namespace dlt::embed {

// Skip-gram and CBOW (Mikolov et al. 2013) with negative sampling or hierarchical softmax, words
// alone or with their character n-grams. The context words are inputs, the word in the center and
// its negatives, the same for all of them, are outputs. Exit::usage for settings that cannot be.
//
// deterministic: the windows come in batches whose gradients are all taken of the same values, then
// added row by row in their order; both in parallel. Batches are so short that even the row that is
// used most moves little within one. Otherwise each thread does so by itself with smaller batches,
// somewhere else in the text.
std::unique_ptr<Trainer> make_word2vec(const Settings& settings, const Corpus& corpus);

}  // namespace dlt::embed
