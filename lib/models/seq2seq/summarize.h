#pragma once

#include "models/model.h"

namespace dlt::models {

// What can be told of a sequence to sequence network by its parameters alone: a row for each layer,
// sizes and matrix products of a step of `parts` batches of `rows` sources and targets of `time`
// positions. Every matrix stands in the encoder or in the decoder, so it meets rows x time tokens;
// attention's own products, which have no matrix, are not counted.
Summary summarize(const nn::Params& params, std::int64_t vocab, std::int64_t rows,
                  std::int64_t time, std::int64_t parts);

}  // namespace dlt::models
