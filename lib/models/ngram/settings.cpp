#include "models/ngram/settings.h"

namespace dlt::models {
namespace {

void read_model(config::Reader& r, NgramSettings& s) {
  auto& [count, estimate, entropy] = s.train;
  std::int64_t order = count.order;
  r.field("order", order, 1, ngram::max_order);
  count.order = static_cast<int>(order);
  r.choice("unit", count.text.unit,
           {{"words", ngram::Unit::words},
            {"chars", ngram::Unit::chars},
            {"bytes", ngram::Unit::bytes}});
  std::string smoothing = "modified_kneser_ney";
  estimate.smoothing = r.named("smoothing", smoothing, ngram::smoothings()).make;
  r.field("interpolate", estimate.interpolate);
  r.field("interpolate_unigrams", estimate.interpolate_unigrams);
  r.field("closed", estimate.closed);
  r.field("kenlm_fallback", estimate.kenlm_fallback);
  r.field("discounts", estimate.discounts, 0, 1e9);
  r.field("lambda", estimate.lambda, 0, 1);
  r.field("k", estimate.k, 0, 1e9);
  r.field("alpha", estimate.alpha, 0, 1);
  r.field("katz_max", estimate.katz_max, 0, 1000);
  r.field("prune", estimate.prune, 0);
  r.field("entropy", entropy, 0, 1);
  bool quantize = false;
  r.field("quantize", quantize);
  s.values = quantize ? ngram::Values::quantized : ngram::Values::exact;
}

void read_vocabulary(config::Reader& r, ngram::TextSettings& text) {
  r.field("min_count", text.min_count, 1);
  r.field("vocabulary", text.vocabulary);
  r.field("open_vocabulary", text.open_vocabulary);
}

void read_text(config::Reader& r, NgramSettings& s) {
  r.field("train", s.texts);
  r.field("valid", s.valid);
  r.field("valid_fraction", s.valid_fraction, 0, 0.9);
  if (s.valid.empty()) s.train.count.text.share = 1 - s.valid_fraction;
  r.choice("symbols", s.train.count.text.symbols,
           {{"refuse", ngram::Symbols::refuse}, {"skip", ngram::Symbols::skip}});
  r.field("skip_empty", s.train.count.text.skip_empty);
}

void read_work(config::Reader& r, ngram::Workspace& work) {
  std::string memory = "50%";
  r.field("memory", memory);
  const auto bytes = ngram::parse_size(memory);
  if (!bytes) {
    r.fail("memory",
           fmt::format("expected a size as \"200M\", \"4G\" or \"50%\", got \"{}\"", memory));
  }
  work.memory = *bytes;
  r.field("tmp", work.tmp);
}

}  // namespace

NgramSettings NgramSettings::read(config::Reader& root) {
  NgramSettings s;
  std::int64_t seed = 1;  // counting needs none, but every config may have one
  root.field("seed", seed, 0);
  auto model = root.child("model"), data = root.child("data"), train = root.child("train");
  read_model(model, s);
  read_vocabulary(model, s.train.count.text);
  std::string set = "text";
  data.field("name", set, {"text"});
  read_text(data, s);
  read_work(train, s.train.count.work);
  root.done();
  return s;
}

}  // namespace dlt::models
