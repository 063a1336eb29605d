#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

// Reference cases: inputs, outputs and gradients that other programs computed, replayed here.
namespace dlt::check {

// Replays the case in a folder, whose layout the files in it tell; in a folder of such folders each
// one, its name before its outcomes'. Exit::data where a layout is unknown, before anything runs.
std::vector<Outcome> replay(const std::string& dir);

}  // namespace dlt::check
