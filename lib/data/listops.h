#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"

// ListOps (Nangia and Bowman 2018): nested lists of digits, each the largest, the smallest, the
// median (of an even number rounded down) or the sum modulo 10 of what is in it, as
// "[MAX 2 9 [MIN 4 7 ] 0 ]".
namespace dlt::data::listops {

// Digits are their own ids.
enum Token : std::int32_t { min = 10, max, med, sm, close };
constexpr std::int64_t tokens = 15, values = 10;

using Ids = std::vector<std::int32_t>;

struct Sizes {
  std::int64_t longest = 2000, shortest = 500;  // tokens
  std::int64_t depth = 10;                      // lists within one another
  std::int64_t arguments = 10;                  // most of a list; the least are 2
};
// A list whose arguments are lists in one of four cases and digits otherwise; drawn again until its
// length fits. Exit::usage if none does after many draws.
Ids draw(const Sizes& sizes, Rng& rng);

std::optional<std::int32_t> value(std::span<const std::int32_t> ids);  // nothing: no expression
std::string written(std::span<const std::int32_t> ids);

struct Line {
  Ids ids;
  std::int32_t value = 0;
};
// Lines of expression<TAB>value; parentheses, which other programs write, are passed over.
// Exit::data with file and line where that is not in one, where the value is wrong or there are
// more than `longest` tokens.
std::vector<Line> read(const std::string& path, std::int64_t longest);

}  // namespace dlt::data::listops
