#pragma once

#include <string>

// Where this build lies. Only paths.cpp knows, so that builds elsewhere share all other objects.
namespace dlt::test {

std::string in_source(const std::string& path);  // of the repository: "tests/golden/bpe"
std::string binary();                            // the `dlt` of this build

}  // namespace dlt::test
