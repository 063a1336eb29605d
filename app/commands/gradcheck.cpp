#include "commands/gradcheck.h"

#include <cstdio>
#include <filesystem>
#include <fmt/core.h>

#include "api/operator.h"
#include "check/gradients.h"
#include "commands/print_outcomes.h"
#include "commands/warn.h"
#include "models/model.h"

namespace dlt::app {
namespace {

std::vector<check::Outcome> of_config(const std::string& path) {
  auto root = config::Reader::parse_file(path);
  const auto model = models::make_model(root, {});
  warn(root);
  return check::check_gradients(model->synthetic_task());
}

std::vector<check::Outcome> of_operators(const std::string& name) {
  if (!name.empty()) return check::check_gradients(api::operators().find(name));
  std::vector<check::Outcome> all;
  for (const auto& op : api::operators().all()) {
    for (auto& outcome : check::check_gradients(op)) all.push_back(std::move(outcome));
  }
  return all;
}

}  // namespace

int gradcheck(const GradcheckOptions& o) {
  const bool is_config = std::filesystem::is_regular_file(o.target);
  const auto outcomes = is_config ? of_config(o.target) : of_operators(o.target);
  if (outcomes.empty()) {
    fail(Exit::usage, "operator '{}' has no gradient: nothing to check", o.target);
  }
  if (!check::exact) {
    fmt::print(stderr,
               "dlt: this build computes in float: errors up to {} pass; a build with "
               "`cmake --preset gradcheck` computes in double and checks to 1e-6\n",
               check::gradient_error);
  }
  return print_outcomes(outcomes, o.json);
}

}  // namespace dlt::app
