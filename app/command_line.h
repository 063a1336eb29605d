#pragma once

#include <cstdint>
#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): as the library spells it
class App;
class ParseError;
class Validator;
}  // namespace CLI

// What dlt wants otherwise than CLI11 does: its sentences.
namespace dlt::app {

// What an option's value may be, in the words that configs are checked with.
CLI::Validator integer(std::int64_t min, std::int64_t max = INT64_MAX);
CLI::Validator number(double min, double max);

// One sentence about a command line that cannot be read.
std::string mistake(const CLI::App& cli, const CLI::ParseError& error);

}  // namespace dlt::app
