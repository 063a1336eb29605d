#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// A Hugging Face folder (config.json of model_type gpt2, llama or mamba, model.safetensors) with
// expected.safetensors: input_ids [batch, time], logits, loss (mean next-token cross entropy) and
// grad/<parameter> for all or some parameters; and greedy.json, if there: a prompt and its
// likeliest continuation, once with the key/value cache and once by computing everything again.
std::vector<Outcome> replay_language(const std::string& dir);

}  // namespace dlt::check
