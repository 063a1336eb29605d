#include "optim/groups.h"

#include <algorithm>
#include <limits>

namespace dlt::optim {
namespace {

bool matches(const Group& group, std::string_view name) {
  return std::ranges::any_of(group.match,
                             [&](const auto& m) { return glob_distance(m, name) == 0; });
}

void check(const Group& group, const std::string& pattern, const nn::Params& params) {
  std::int64_t nearest = std::numeric_limits<std::int64_t>::max();
  std::string meant;
  for (const auto& [name, t] : params.all()) {
    if (!t.needs_grad()) continue;
    const std::int64_t distance = glob_distance(pattern, name);
    if (distance == 0) return;
    if (distance < nearest) meant = name;
    nearest = std::min(nearest, distance);
  }
  group.given.fail(
      "match", meant.empty()
                   ? fmt::format("'{}': the model has no parameters", pattern)
                   : fmt::format("'{}' matches no parameter; the nearest is '{}'", pattern, meant));
}

}  // namespace

std::vector<Group> Group::read_all(config::Reader& optimizer, std::string_view key) {
  std::vector<Group> all;
  for (config::Reader& r : optimizer.children(key)) {
    Group g{{}, std::nullopt, std::nullopt, r};
    r.field("match", g.match);
    if (g.match.empty()) r.fail("match", "is required, a pattern or a list of patterns");
    r.field("lr_scale", g.lr_scale, 0, 1e6);
    r.field("weight_decay", g.weight_decay, 0, 1e6);
    all.push_back(std::move(g));
  }
  return all;
}

// The edit distance, row by row of the pattern; behind a '*' every further character is free.
std::int64_t glob_distance(std::string_view pattern, std::string_view name) {
  std::vector<std::int64_t> row(name.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<std::int64_t>(i);
  for (const char p : pattern) {
    const bool any = p == '*';
    std::int64_t diagonal = row[0];
    if (!any) ++row[0];
    for (std::size_t i = 1; i < row.size(); ++i) {
      const bool same = any || p == '?' || p == name[i - 1];
      const std::int64_t above = row[i];
      const std::int64_t one = any ? 0 : 1;
      row[i] = std::min({diagonal + (same ? 0 : 1), above + one, row[i - 1] + one});
      diagonal = above;
    }
  }
  return row.back();
}

const Group* group_of(const std::vector<Group>& groups, std::string_view name) {
  const auto found = std::ranges::find_if(groups, [&](const Group& g) { return matches(g, name); });
  return found == groups.end() ? nullptr : &*found;
}

void check_groups(const std::vector<Group>& groups, const nn::Params& params) {
  for (const Group& group : groups) {
    for (const std::string& pattern : group.match) check(group, pattern, params);
  }
}

}  // namespace dlt::optim
