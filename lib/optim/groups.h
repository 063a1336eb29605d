#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "nn/params.h"

namespace dlt::optim {

// Parameters that are treated in a way of their own, by their dotted names.
struct Group {
  std::vector<std::string> match;      // any of these; '*' is any text, '?' any character
  std::optional<double> lr_scale;      // of the rate; none: as the parameters ask for
  std::optional<double> weight_decay;  // of all in the group; none: as outside of groups
  config::Reader given;                // where mistakes in it are reported

  static std::vector<Group> read_all(config::Reader& optimizer, std::string_view key);
};

// How far the name is from matching, in characters to insert, delete or replace; 0: it matches.
std::int64_t glob_distance(std::string_view pattern, std::string_view name);

// The first group that matches; null if none does.
const Group* group_of(const std::vector<Group>& groups, std::string_view name);

// A pattern that matches no parameter is an Error (Exit::usage) naming it and the nearest name.
void check_groups(const std::vector<Group>& groups, const nn::Params& params);

}  // namespace dlt::optim
