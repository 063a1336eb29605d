#pragma once

#include "models/backbone/stack.h"

// Structured state space layers that do not depend on the input: each channel is a linear system
// of its own, a long convolution over whole sequences and a recurrence from step to step.
namespace dlt::models {

Architecture read_s4(config::Reader& model);   // normal plus low rank (Gu, Goel and Re 2022)
Architecture read_s4d(config::Reader& model);  // diagonal (Gu et al. 2022)

}  // namespace dlt::models
