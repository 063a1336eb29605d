#include "commands/embed_onehot.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "report/axis.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

void print_json(const embed::OnehotSettings& s, const embed::OnehotCheck& check) {
  ordered_json facts = ordered_json::array();
  for (const embed::OnehotFact& f : check.facts) {
    facts.push_back({{"what", f.what},
                     {"largest_difference", f.apart},
                     {"allowed", f.allowed},
                     {"holds", f.holds()}});
  }
  const ordered_json all = {{"vocab", s.vocab},
                            {"dim", s.dim},
                            {"batch", s.batch},
                            {"facts", facts},
                            {"look_up_seconds", check.look_up_seconds},
                            {"product_seconds", check.product_seconds},
                            {"equal", check.holds()}};
  fmt::print("{}\n", all.dump(2));
}

std::string microseconds(double seconds) { return report::short_value(seconds * 1e6) + " us"; }

}  // namespace

int embed_onehot(const EmbedOnehotOptions& o) {
  const embed::OnehotSettings& s = o.settings;
  const embed::OnehotCheck check = check_onehot(s);
  const int code = check.holds() ? 0 : 1;
  if (o.json) {
    print_json(s, check);
    return code;
  }
  fmt::print("a table of {} rows of {} numbers, {} ids\n", s.vocab, s.dim, s.batch);
  for (const embed::OnehotFact& f : check.facts) {
    fmt::print("{}  {:<66} largest difference {}\n", f.holds() ? "equal    " : "DIFFERENT", f.what,
               report::short_value(f.apart));
  }
  fmt::print("time of value and gradient: look-up {}, product {} ({} times)\n",
             microseconds(check.look_up_seconds), microseconds(check.product_seconds),
             report::short_value(check.product_seconds / check.look_up_seconds, 3));
  return code;
}

}  // namespace dlt::app
