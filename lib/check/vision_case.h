#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// A classifier of pictures in model.safetensors, of torchvision's names and of a kind that is told
// by them; expected.safetensors has pictures x [batch, channels, height, width] and their logits.
std::vector<Outcome> replay_vision(const std::string& dir);

}  // namespace dlt::check
