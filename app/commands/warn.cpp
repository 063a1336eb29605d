#include "commands/warn.h"

#include <cstdio>
#include <fmt/core.h>
#include <set>

namespace dlt::app {

void warn(const config::Reader& root) {
  static std::set<std::string> said;
  for (const std::string& warning : root.warnings()) {
    if (said.insert(warning).second) fmt::print(stderr, "dlt: warning: {}\n", warning);
  }
}

}  // namespace dlt::app
