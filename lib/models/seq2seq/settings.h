#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "config/reader.h"
#include "data/pair_set.h"
#include "models/seq2seq/search.h"
#include "train/fit.h"

namespace dlt::models {

// The config of a sequence to sequence model, but for the network itself.
struct Seq2SeqSettings {
  std::uint64_t seed = 1;
  std::unique_ptr<data::PairSet> data;
  train::FitConfig fit;
  std::int64_t batch_tokens = 4096;  // of one part of a step, source, target and padding
  double label_smoothing = 0.1;
  std::int64_t eval_batches = 0;       // of an evaluation during training; 0: all
  std::int64_t eval_translations = 0;  // held-out pairs that each evaluation translates
  SearchOptions search;                // of evaluations
  std::string bleu_tokenize = "13a";

  static Seq2SeqSettings read(config::Reader& root);
};

}  // namespace dlt::models
