#include <algorithm>

#include "base/system.h"
#include "models/language_task.h"

namespace dlt::models {
namespace {

// Nothing is trained, or the weights come from elsewhere.
bool is_blank(const Origin& origin) {
  return (origin.from_run() && !origin.untrained) || origin.purpose == Purpose::look;
}

}  // namespace

LanguageSettings LanguageSettings::read(
    config::Reader& root, const std::function<std::int64_t(config::Reader&)>& read_model) {
  constexpr std::int64_t most_tokens = 1 << 28;
  LanguageSettings s;
  auto model = root.child("model"), data = root.child("data"), train = root.child("train");
  auto seed = static_cast<std::int64_t>(s.seed);
  root.field("seed", seed, 0);
  s.seed = static_cast<std::uint64_t>(seed);
  s.context = read_model(model);
  s.data = data::TextConfig::read(data);
  train.field("batch", s.batch, 1, 1 << 20);
  train.field("eval_batches", s.eval_batches, 0);
  s.fit = train::FitConfig::read(train);
  if (s.batch * s.context > most_tokens) {
    train.fail("batch", fmt::format("{} x {} tokens are more than {} at once: use a smaller batch "
                                    "and train.accumulate",
                                    s.batch, s.context, most_tokens));
  }
  root.done();  // complain about the config before any data is opened
  return s;
}

double training_bytes(double parameters, double kept) {
  return sizeof(real) * (4 * parameters + kept);
}

std::unique_ptr<text::Tokenizer> open_tokenizer(const LanguageSettings& s, const Origin& origin) {
  return origin.from_run() && s.data.tokenizer.name != "ids"
             ? text::load_tokenizer(origin.run + "/tokenizer.json")
             : data::make_tokenizer(s.data);
}

void check_size(const LanguageSettings& s, const LanguageSize& size, const Origin& origin,
                config::Reader& root) {
  const bool trained = !is_blank(origin);
  const double machine = static_cast<double>(memory_bytes());
  const double weights = size.parameters * sizeof(real) * (trained ? 4 : 1);
  if (weights > machine) {
    root.child("model").fail(
        "width", fmt::format("{:.3g} parameters take {:.0f} GB{}, this machine has {:.0f} GB: use "
                             "a smaller width or fewer layers",
                             size.parameters, weights / 1e9,
                             trained ? " with gradients and moments" : "", machine / 1e9));
  }
  if (const double bytes = size.training_bytes; trained && bytes > machine) {
    root.child("train").fail(
        "batch", fmt::format("a step of {} x {} tokens takes about {:.0f} GB, this machine has "
                             "{:.0f} GB: use a smaller batch (and train.accumulate) or "
                             "model.context",
                             s.batch, s.context, bytes / 1e9, machine / 1e9));
  }
}

nn::Params initial_params(const LanguageSettings& s, const Origin& origin) {
  return is_blank(origin) ? nn::Params::blank() : nn::Params(s.seed);
}

}  // namespace dlt::models
