#include "commands/print_outcomes.h"

#include <algorithm>
#include <cstdio>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace dlt::app {
namespace {

void print_lines(const std::vector<check::Outcome>& outcomes) {
  for (const check::Outcome& o : outcomes) {
    const std::string detail = o.detail.empty() ? "" : ": " + o.detail;
    fmt::print("{}  {}  largest error {:.2g}{}\n", o.passed ? "pass" : "FAIL", o.name, o.error,
               detail);
  }
}

void print_json(const std::vector<check::Outcome>& outcomes, std::int64_t failed) {
  nlohmann::ordered_json all;
  all["cases"] = nlohmann::ordered_json::array();
  for (const check::Outcome& o : outcomes) {
    all["cases"].push_back(
        {{"name", o.name}, {"passed", o.passed}, {"error", o.error}, {"detail", o.detail}});
  }
  all["passed"] = std::ssize(outcomes) - failed;
  all["failed"] = failed;
  fmt::print("{}\n", all.dump(2));
}

}  // namespace

int print_outcomes(const std::vector<check::Outcome>& outcomes, bool json) {
  const auto failed = std::ranges::count_if(outcomes, [](const auto& o) { return !o.passed; });
  if (json) {
    print_json(outcomes, failed);
  } else {
    print_lines(outcomes);
    fmt::print("{} passed, {} failed\n", std::ssize(outcomes) - failed, failed);
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace dlt::app
