#pragma once

#include <string_view>
#include <vector>

#include "api/operator.h"
#include "check/outcome.h"
#include "train/task.h"

namespace dlt::check {

// The step of central differences, and the error that passes: max |analytic - numeric| over the
// largest |numeric| of an input (at least `smallest_scale`, below which rounding rules). 1e-6 where
// the engine computes in double, 3e-2 in float.
constexpr bool exact = sizeof(real) == sizeof(double);
constexpr double difference_step = exact ? 1e-6 : 1e-2;
constexpr double gradient_error = exact ? 1e-6 : 3e-2;
constexpr double smallest_scale = 0.05;

// The gradients of an operator's example: one Outcome for each pair of a result and an input,
// "nn.linear: y by weight". Empty if the operator has no gradients.
std::vector<Outcome> check_gradients(const Exported<api::Operator>& op);

// Of the loss of a training task by each parameter: a few elements of each, drawn by a fixed seed.
std::vector<Outcome> check_gradients(train::Task& task);

}  // namespace dlt::check
