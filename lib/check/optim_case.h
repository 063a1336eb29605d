#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// The layout `optim`, within 1e-5:
//   optim.json         {name: settings as PyTorch calls them}; a name is that of an optimizer, with
//                      "_" and anything behind it
//   optim.safetensors  w0 and grads [steps, ...]; trajectory/<name> [steps, ...], w after each step
//   schedules.json     {name: {attrs, lr: the rate of each step from a rate of 1}}
// A trajectory's error is measured as compare() does, a schedule's by each rate itself. A folder
// that lacks a part of it is an Error (Exit::data).
std::vector<Outcome> replay_optim(const std::string& dir);

}  // namespace dlt::check
