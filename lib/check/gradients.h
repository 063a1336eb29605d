#pragma once

#include <string_view>
#include <vector>

#include "api/operator.h"
#include "check/outcome.h"

namespace dlt::check {

// The step of central differences and the error that passes, max |analytic - numeric| over
// max(1, max |numeric|) of an input: 1e-6 where the engine computes in double, 3e-2 in float.
constexpr bool exact = sizeof(real) == sizeof(double);
constexpr double difference_step = exact ? 1e-6 : 1e-2;
constexpr double gradient_error = exact ? 1e-6 : 3e-2;

// The gradients of an operator's example: one Outcome for each pair of a result and an input,
// "nn.linear: y by weight". Empty if the operator has no gradients.
std::vector<Outcome> check_gradients(const Exported<api::Operator>& op);

}  // namespace dlt::check
