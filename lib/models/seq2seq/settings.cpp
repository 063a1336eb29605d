#include "models/seq2seq/settings.h"

#include "eval/bleu.h"

namespace dlt::models {

Seq2SeqSettings Seq2SeqSettings::read(config::Reader& root) {
  constexpr std::int64_t most_tokens = 1 << 24;
  Seq2SeqSettings s;
  auto data = root.child("data"), train = root.child("train");
  auto seed = static_cast<std::int64_t>(s.seed);
  root.field("seed", seed, 0);
  s.seed = static_cast<std::uint64_t>(seed);
  std::string name = "parallel";
  s.data = data.named("name", name, data::pair_sets()).make(data);
  train.field("batch_tokens", s.batch_tokens, 1, most_tokens);
  train.field("label_smoothing", s.label_smoothing, 0, 1);
  train.field("eval_batches", s.eval_batches, 0);
  train.field("eval_translations", s.eval_translations, 0);
  train.field("eval_beam", s.search.beam, 1, 1000);
  train.field("eval_length_penalty", s.search.length_penalty, 0, 100);
  s.bleu_tokenize =
      train.named("eval_tokenize", s.bleu_tokenize, eval::mt_tokenizers()).canonical();
  s.fit = train::FitConfig::read(train);
  return s;
}

}  // namespace dlt::models
