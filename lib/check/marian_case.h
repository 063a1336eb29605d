#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// A Hugging Face folder (config.json of model_type marian, model.safetensors) with
// expected.safetensors: input_ids and attention_mask [batch, source], labels [batch, target],
// logits, loss_label_smoothing_0.1 (mean over all positions) and grad/<parameter> for all or some
// parameters; and decode.json, if there: what greedy and beam search (four beams, length penalty 1)
// make of the sources, start and end marks included; no output is longer than the longest one.
std::vector<Outcome> replay_marian(const std::string& dir);

}  // namespace dlt::check
