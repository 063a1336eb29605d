#pragma once

#include "models/seq2seq/network.h"
#include "models/seq2seq/search.h"
#include "models/translator.h"
#include "train/metrics.h"

namespace dlt::models {

// Pairs as text and as tokens; encoded.places are those of texts.
struct HeldOutPairs {
  data::TextPairs texts;
  data::EncodedPairs encoded;
};

// loss, without label smoothing, and perplexity of the targets; over batches of like length, spread
// evenly if there are more than most_batches (0: all). Nothing if there are no pairs.
train::Metrics measure_loss(const Seq2SeqNet& net, const std::vector<data::Pair>& pairs,
                            const data::Marks& marks, std::int64_t batch_tokens,
                            std::int64_t most_batches);

// search() in batches of like length. `stage` is told how much is done.
std::vector<Hypothesis> search_all(const Seq2SeqNet& net,
                                   const std::vector<std::vector<std::int32_t>>& sources,
                                   const data::Marks& marks, const SearchOptions& options,
                                   const std::function<void(double)>& stage);

// bleu, chrf and exact of what becomes of the sources; of `most` of them, spread evenly, if there
// are more (0: all).
Translated translate_held_out(const Seq2SeqNet& net, const HeldOutPairs& pairs,
                              const data::PairVocabulary& vocabulary, const SearchOptions& options,
                              const std::string& tokenize, std::int64_t most,
                              const std::function<void(double)>& stage);

}  // namespace dlt::models
