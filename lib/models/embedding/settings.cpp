#include "models/embedding/settings.h"

#include <fmt/format.h>

#include "ngram/training.h"

namespace dlt::models {
namespace {

using embed::Loss;
using embed::Method;

void read_method(config::Reader& r, embed::Settings& s) {
  r.choice("method", s.method,
           {{"skipgram", Method::skipgram}, {"cbow", Method::cbow}, {"glove", Method::glove}});
  r.choice("loss", s.loss,
           {{"negative_sampling", Loss::negative_sampling},
            {"hierarchical_softmax", Loss::hierarchical_softmax}});
  r.field("dim", s.dim, 1, 100'000);
  r.field("window", s.window, 1, 1000);
  r.field("negative", s.negative, 0, 1000);
  r.field("exponent", s.exponent, -10, 10);
  r.field("sample", s.sample, 0, 1);
  r.field("mean_gradient", s.mean_gradient);
  r.field("min_count", s.min_count, 1);
}

void read_model(config::Reader& r, embed::Settings& s) {
  read_method(r, s);
  r.field("min_chars", s.min_chars, 0, 100);
  r.field("max_chars", s.max_chars, 0, 100);
  r.field("buckets", s.buckets, 1, INT32_MAX);
  r.field("x_max", s.x_max, 1e-9, 1e18);
  r.field("alpha", s.alpha, 0, 10);
  r.field("deterministic", s.deterministic);
}

void read_train(config::Reader& r, EmbeddingSettings& s) {
  r.field("epochs", s.train.epochs, 1, 1'000'000);
  r.field("lr", s.train.lr, 0, 100);
  r.field("report_every", s.report_every);
  r.field("save_every", s.save_every, 0);
  r.field("keep_last", s.keep_last);
  r.field("similarity", s.similarity);
  r.field("analogies", s.analogies);
  std::string memory = "50%";
  r.field("memory", memory);
  const auto bytes = ngram::parse_size(memory);
  if (!bytes) {
    r.fail("memory",
           fmt::format("expected a size as \"200M\", \"4G\" or \"50%\", got \"{}\"", memory));
  }
  s.work.memory = *bytes;
  r.field("tmp", s.work.tmp);
}

}  // namespace

std::optional<SettingsMistake> mistake_in(const embed::Settings& s) {
  const bool glove = s.method == Method::glove;
  if (!glove && s.loss == Loss::negative_sampling && s.negative == 0) {
    return {{"negative",
             "negative sampling needs at least 1 negative word, got 0: give more, or choose "
             "hierarchical softmax"}};
  }
  if (glove && s.max_chars > 0) {
    return {{"max_chars",
             "glove has no subwords: leave min_chars and max_chars at 0, or choose skipgram or "
             "cbow"}};
  }
  if (s.max_chars > 0 ? s.min_chars > s.max_chars || s.min_chars == 0 : s.min_chars > 0) {
    return {{"min_chars", fmt::format("subwords of {} to {} characters: expected 1 <= min_chars <= "
                                      "max_chars, or both 0 for none",
                                      s.min_chars, s.max_chars)}};
  }
  return std::nullopt;
}

EmbeddingSettings EmbeddingSettings::read(config::Reader& root) {
  EmbeddingSettings s;
  std::int64_t seed = 1;
  root.field("seed", seed, 0);
  s.train.seed = static_cast<std::uint64_t>(seed);
  auto model = root.child("model"), data = root.child("data"), train = root.child("train");
  read_model(model, s.train);
  std::string set = "text";
  data.field("name", set, {"text"});
  data.field("train", s.texts);
  data.choice("unit", s.train.unit,
              {{"words", ngram::Unit::words},
               {"chars", ngram::Unit::chars},
               {"bytes", ngram::Unit::bytes}});
  read_train(train, s);
  if (const auto mistake = mistake_in(s.train)) model.fail(mistake->key, mistake->message);
  root.done();
  return s;
}

}  // namespace dlt::models
