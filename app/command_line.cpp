#include "command_line.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <fmt/format.h>

#include "base/spelling.h"

namespace dlt::app {
namespace {

std::vector<std::string_view> as_views(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

// The subcommand that was being read.
const CLI::App& innermost(const CLI::App& cli) {
  const auto inner = cli.get_subcommands();
  return inner.empty() ? cli : innermost(*inner.front());
}

std::string full_name(const CLI::App& at) {
  return at.get_parent() == nullptr ? at.get_name()
                                    : full_name(*at.get_parent()) + " " + at.get_name();
}

std::vector<std::string> known_words(const CLI::App& at, bool options) {
  std::vector<std::string> names;
  if (!options) {
    for (const CLI::App* sub : at.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(sub->get_name());
    }
    return names;
  }
  for (const CLI::App* app = &at; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

}  // namespace

CLI::Validator integer(std::int64_t min, std::int64_t max) {
  return {[=](const std::string& given) {
            std::int64_t value = 0;
            const char* end = given.data() + given.size();
            const auto [rest, problem] = std::from_chars(given.data(), end, value);
            const bool ok = problem == std::errc() && rest == end && value >= min && value <= max;
            return ok ? ""
                   : max < INT64_MAX
                       ? fmt::format("expected an integer in [{}, {}], got '{}'", min, max, given)
                       : fmt::format("expected an integer >= {}, got '{}'", min, given);
          },
          ""};
}

CLI::Validator number(double min, double max) {
  return {[=](const std::string& given) {
            double value = 0;
            const char* end = given.data() + given.size();
            const auto [rest, problem] = std::from_chars(given.data(), end, value);
            const bool ok = problem == std::errc() && rest == end && value >= min && value <= max;
            return ok ? ""
                      : fmt::format("expected a number in [{}, {}], got '{}'", min, max, given);
          },
          ""};
}

std::string mistake(const CLI::App& cli, const CLI::ParseError& error) {
  const CLI::App& at = innermost(cli);
  const std::string help = fmt::format(" (see `{} --help`)", full_name(at));
  const auto left = cli.remaining(/*recurse=*/true);
  const auto commands = known_words(at, false);
  if (left.empty() && !commands.empty()) {
    return fmt::format("give a command: {}{}", fmt::join(commands, ", "), help);
  }
  if (left.empty()) return error.what() + help;
  const std::string& wrong = left.front();
  const bool option = wrong.size() > 1 && wrong.front() == '-';
  if (!option && commands.empty()) {
    return fmt::format("'{}' is one argument too many{}", wrong, help);
  }
  const auto known = known_words(at, option);
  const auto meant = nearest(wrong, as_views(known));
  return fmt::format("unknown {} '{}'{}{}", option ? "option" : "command", wrong,
                     meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant), help);
}

}  // namespace dlt::app
