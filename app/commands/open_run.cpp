#include "commands/open_run.h"

#include <charconv>

#include "train/run.h"

namespace dlt::app {
namespace {

// ".../step-00000500" -> 500
std::int64_t step_of(const std::string& checkpoint) {
  std::int64_t step = 0;
  const char* digits = checkpoint.data() + checkpoint.rfind('-') + 1;
  std::from_chars(digits, checkpoint.data() + checkpoint.size(), step);
  return step;
}

}  // namespace

OpenRun open_run(const std::string& dir, const std::string& checkpoint) {
  const auto run = train::Run::open(dir);
  const bool never_evaluated = checkpoint == "best" && !run.has("best") && run.has("last");
  OpenRun open;
  open.checkpoint = run.checkpoint(never_evaluated ? "last" : checkpoint);
  open.step = step_of(open.checkpoint);
  auto root = config::Reader::parse_file(run.path("config.json"));
  open.model = models::make_model(root, {.run = dir});
  open.model->load(open.checkpoint);
  return open;
}

}  // namespace dlt::app
