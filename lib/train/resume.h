#pragma once

#include <string>

namespace dlt::train {

// Resuming continues the same experiment: of two resolved configs (JSON texts) only the length and
// the bookkeeping may differ: train.steps, eval_every, save_every, keep_last, report_every,
// check_finite, memory, tmp, and the top-level threads and log. Anything else is an Error
// (Exit::usage) naming the key and both values, but for keys that an older dlt did not know and
// that are off now. `file` is where `before` was read, for the messages.
void check_resumable(const std::string& file, const std::string& before, const std::string& now);

}  // namespace dlt::train
