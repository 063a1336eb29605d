#include "commands/check.h"

#include "check/replay.h"
#include "commands/print_outcomes.h"

namespace dlt::app {

int check(const CheckOptions& options) {
  return print_outcomes(check::replay(options.dir), options.json);
}

}  // namespace dlt::app
