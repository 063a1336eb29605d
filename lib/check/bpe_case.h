#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// The layout `bpe`: trains on train.txt with the settings in bpe.json and compares vocabulary and
// merges with tokenizer.json; then encodes and decodes each case with tokenizer.json as it is.
// A folder that lacks a part of it is an Error (Exit::data).
std::vector<Outcome> replay_bpe(const std::string& dir);

}  // namespace dlt::check
