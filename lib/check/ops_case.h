#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// Replays operators: ops.json lists cases with op, attrs, inputs, outputs and grads, and
// ops.safetensors holds "<case>/in/x", "/out/y", "/gout/y" (the gradient that arrives) and "/gin/x"
// (the one that is expected). One Outcome a case: its worst output or gradient. A number passes
// within 1e-5 + 1e-4 |expected|; the error is how much of that was used, at most 1.
std::vector<Outcome> replay_ops(const std::string& dir);

}  // namespace dlt::check
