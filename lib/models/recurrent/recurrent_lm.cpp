#include "models/recurrent/recurrent_lm.h"

#include <algorithm>

#include "models/language_task.h"
#include "models/recurrent/recurrent_net.h"

namespace dlt::models {
namespace {

// What each layer keeps for backward and what that makes of one, and a block of logits.
LanguageSize size_of(const RecurrentConfig& c, std::int64_t batch) {
  const double rows = static_cast<double>(batch) * static_cast<double>(c.context);
  const std::int64_t gates = nn::gates(c.cell) * c.width;
  const std::int64_t kept = (c.cell == nn::Cell::rnn ? 0 : gates) +
                            (c.cell == nn::Cell::gru ? gates : 0) +
                            c.width * (c.cell == nn::Cell::lstm ? 2 : 1);
  const std::int64_t passing = 2 * gates + 2 * c.width;
  const double activations =
      rows * static_cast<double>(c.layers * kept + passing + 2 * c.embedding) +
      std::min(rows, 512.0) * static_cast<double>(c.vocab);
  const auto parameters = static_cast<double>(c.parameters());
  return {parameters, training_bytes(parameters, activations), c.train_flops_per_token()};
}

std::unique_ptr<Model> make(config::Reader& root, const Origin& origin, nn::Cell cell) {
  return make_language_model<RecurrentNet, RecurrentConfig>(
      root, origin, [=](config::Reader& model) { return RecurrentConfig::read(model, cell); },
      size_of);
}

}  // namespace

std::unique_ptr<Model> make_rnn_lm(config::Reader& root, const Origin& origin) {
  return make(root, origin, nn::Cell::rnn);
}

std::unique_ptr<Model> make_lstm_lm(config::Reader& root, const Origin& origin) {
  return make(root, origin, nn::Cell::lstm);
}

std::unique_ptr<Model> make_gru_lm(config::Reader& root, const Origin& origin) {
  return make(root, origin, nn::Cell::gru);
}

}  // namespace dlt::models
