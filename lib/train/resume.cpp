#include "train/resume.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/error.h"

namespace dlt::train {
namespace {

using nlohmann::json;

bool may_change(std::string_view pointer) {
  constexpr std::string_view free[] = {"/train/steps",
                                       "/train/eval_every",
                                       "/train/save_every",
                                       "/train/keep_last",
                                       "/train/report_every",
                                       "/train/check_finite",
                                       "/train/memory",
                                       "/train/tmp",
                                       "/threads",
                                       "/log"};
  return std::ranges::any_of(free, [&](std::string_view f) {
    return pointer == f || (pointer.starts_with(f) && pointer[f.size()] == '/');
  });
}

std::string shown(const json& config, const json::json_pointer& at) {
  return config.contains(at) ? config[at].dump() : "absent";
}

// What an older dlt did not know is off: false, 0, "", [] or null.
bool is_off(const json& value) {
  return value == json(value.type()) || (value.is_number() && value == 0);
}

void compare(const std::string& file, const json& before, const json& now, const std::string& at) {
  if (may_change(at)) return;
  const json::json_pointer here(at);
  if (!before.contains(here) && now.contains(here) && is_off(now[here])) return;
  const bool both = before.contains(here) && now.contains(here);
  if (both && before[here] == now[here]) return;
  if (both && before[here].is_object() && now[here].is_object()) {
    std::set<std::string> keys;
    for (const json* side : {&before, &now}) {
      for (const auto& [key, value] : (*side)[here].items()) keys.insert(key);
    }
    for (const std::string& key : keys) compare(file, before, now, (here / key).to_string());
    return;
  }
  fail(Exit::usage,
       "{} is {} in '{}' and {} now: a resumed run cannot change it; put the old value back, or "
       "start a new run with another --out",
       at, shown(before, here), file, shown(now, here));
}

}  // namespace

void check_resumable(const std::string& file, const std::string& before, const std::string& now) {
  const json old = json::parse(before, nullptr, /*allow_exceptions=*/false);
  require(old.is_object(), Exit::damaged, "'{}' is damaged: it is not a JSON object", file);
  compare(file, old, json::parse(now), "");
}

}  // namespace dlt::train
