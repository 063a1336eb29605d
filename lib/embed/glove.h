#pragma once

#include <memory>

#include "embed/cooccurrence.h"
#include "embed/trainer.h"

namespace dlt::embed {

// GloVe (Pennington, Socher and Manning 2014): for all ordered pairs of words that stand near each
// other, w . w' + b + b' is fitted to log(count) by AdaGrad, with weight
// min(1, (count / x_max)^alpha); the vector of a word is w + w'.
//
// Words fall into 32 groups, so pairs into 32 x 32 blocks. One step takes 32 blocks that share no
// row, at once (Gemulla et al. 2011): 32 steps are an epoch. So threads neither wait for each other
// nor change the result.
std::unique_ptr<Trainer> make_glove(const Settings& settings, const Corpus& corpus,
                                    const ngram::Workspace& work, const ngram::Report& report);

}  // namespace dlt::embed
