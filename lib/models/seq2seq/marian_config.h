#pragma once

#include <string>

#include "data/pairs.h"
#include "models/seq2seq/config.h"

namespace dlt::models {

// config.json and generation_config.json of MarianMTModel, as JSON text.
std::string marian_config(const Seq2SeqConfig& c, const data::Marks& marks);
std::string marian_generation_config(const Seq2SeqConfig& c, const data::Marks& marks);
// Exit::damaged for what dlt cannot run, naming the key.
void read_marian_config(const std::string& path, Seq2SeqConfig& c, data::Marks& marks);

// The options of a config as the JSON object that Seq2SeqConfig::read() takes.
std::string model_options(const Seq2SeqConfig& c);

}  // namespace dlt::models
