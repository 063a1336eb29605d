#pragma once

#include <functional>

#include "nn/params.h"

namespace dlt::test {

// Every element of every parameter (at most `most` of each, spread evenly) against central
// differences of `loss`, a scalar.
void check_params(nn::Params& params, const std::function<Tensor()>& loss, std::int64_t most = 12);

}  // namespace dlt::test
