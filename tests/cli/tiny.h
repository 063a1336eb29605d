#pragma once

#include <string>

#include "support/run_dlt.h"

namespace dlt::test {

// `dlt train tests/cli/tiny.json --quiet --out OUT` and what else is given.
Args train_tiny(const std::string& out, const Args& more = {});

// Runs it; the test fails if it does not end well.
void make_tiny(const std::string& out, const Args& more = {});

// The command must end with this exit code, nothing on standard output and, on standard error,
// "dlt: ", this sentence and perhaps lines of where it happened.
void refuses(const Args& args, int code, const std::string& sentence, const Around& around = {});

std::string contents(const std::string& path);
void put(const std::string& path, std::string_view text);

}  // namespace dlt::test
