#pragma once

#include <memory>

#include "models/model.h"

// Recurrent language models, the Transformer's forerunners, on its data and with its training.
namespace dlt::models {

std::unique_ptr<Model> make_rnn_lm(config::Reader& root, const Origin& origin);
std::unique_ptr<Model> make_lstm_lm(config::Reader& root, const Origin& origin);
std::unique_ptr<Model> make_gru_lm(config::Reader& root, const Origin& origin);

}  // namespace dlt::models
