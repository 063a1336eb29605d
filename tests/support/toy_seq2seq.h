#pragma once

#include <memory>

#include "config/reader.h"
#include "models/seq2seq/network.h"

namespace dlt::test {

// The least network there is: token t of the target from token t of the source and the one before
// it. Enough to copy.
std::unique_ptr<models::Seq2SeqNet> make_toy_net(config::Reader& model, const nn::Scope& scope,
                                                 std::int64_t vocab);

}  // namespace dlt::test
