#include "models/transformer/lm_settings.h"

#include <algorithm>

#include "base/system.h"

namespace dlt::models {

LmSettings LmSettings::read(config::Reader& root) {
  constexpr std::int64_t most_tokens = 1 << 28;
  LmSettings s;
  auto model = root.child("model"), data = root.child("data"), train = root.child("train");
  auto seed = static_cast<std::int64_t>(s.seed);
  root.field("seed", seed, 0);
  s.seed = static_cast<std::uint64_t>(seed);
  s.model = TransformerConfig::read(model);
  s.data = data::TextConfig::read(data);
  train.field("batch", s.batch, 1, 1 << 20);
  train.field("eval_batches", s.eval_batches, 0);
  s.fit = train::FitConfig::read(train);
  if (s.batch * s.model.context > most_tokens) {
    train.fail("batch", fmt::format("{} x {} tokens are more than {} at once: use a smaller batch "
                                    "and train.accumulate",
                                    s.batch, s.model.context, most_tokens));
  }
  root.done();  // complain about the config before any data is opened
  return s;
}

// Weights, gradients, two moments; what each block keeps for backward; a block of logits.
double LmSettings::training_bytes() const {
  const TransformerConfig& c = model;
  const double rows = static_cast<double>(batch) * static_cast<double>(c.context);
  const std::int64_t kept = 6 * c.width + c.attention().packed() * (c.rope() ? 2 : 1) +
                            c.heads * c.head_width + c.hidden * (c.swiglu() ? 3 : 2);
  const double activations = rows * static_cast<double>(c.layers * kept + 4 * c.width) +
                             std::min(rows, 512.0) * static_cast<double>(c.vocab) +
                             2 * rows * static_cast<double>(c.hidden);
  return sizeof(real) * (4 * static_cast<double>(c.parameters()) + activations);
}

void LmSettings::check_size(Purpose purpose, config::Reader& root) const {
  const bool trained = purpose == Purpose::train;
  const double machine = static_cast<double>(memory_bytes());
  const auto parameters = static_cast<double>(model.parameters());
  const double weights = parameters * sizeof(real) * (trained ? 4 : 1);
  if (weights > machine) {
    root.child("model").fail(
        "width", fmt::format("{:.3g} parameters take {:.0f} GB{}, this machine has {:.0f} GB: use "
                             "a smaller width or fewer layers",
                             parameters, weights / 1e9,
                             trained ? " with gradients and moments" : "", machine / 1e9));
  }
  if (const double bytes = training_bytes(); trained && bytes > machine) {
    root.child("train").fail(
        "batch", fmt::format("a step of {} x {} tokens takes about {:.0f} GB, this machine has "
                             "{:.0f} GB: use a smaller batch (and train.accumulate) or "
                             "model.context",
                             batch, model.context, bytes / 1e9, machine / 1e9));
  }
}

}  // namespace dlt::models
