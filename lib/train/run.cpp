#include "train/run.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "train/files.h"
#include "train/resume.h"

namespace dlt::train {
namespace {

// What create() may remove. Tokenizers, vocabularies and token files are the model's.
constexpr std::string_view parts[] = {
    "best",         "last",         "checkpoints", "metrics.jsonl",  "log.txt",
    "train.tokens", "valid.tokens", "vocab.txt",   "tokenizer.json", "config.json"};

bool is_run(const std::string& folder) {
  return is_folder(folder + "/checkpoints") ||
         (exists(folder + "/config.json") && exists(folder + "/log.txt"));
}

std::string folder_name(std::int64_t step) { return fmt::format("step-{:08}", step); }

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (problem != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

std::optional<std::int64_t> step_of(std::string_view name) {
  return name.starts_with("step-") ? number(name.substr(5)) : std::nullopt;
}

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm local{};
  char text[32];
  localtime_r(&seconds, &local);
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)};
}

// -1 for a line that is no report, as a crash may leave at the end.
std::int64_t reported_step(std::string_view line) {
  const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains("step")) return -1;
  return object["step"].is_number_integer() ? object["step"].get<std::int64_t>() : -1;
}

}  // namespace

void Run::check_free(const std::string& folder, Existing existing) {
  require(!exists(folder) || is_folder(folder), Exit::usage,
          "'{}' is a file, a run needs a folder: give another --out", folder);
  if (names_in(folder).empty()) return;
  require(existing == Existing::overwrite, Exit::usage,
          "'{}' is not empty: go on with it by --resume, replace it by --overwrite, or give "
          "another --out",
          folder);
  require(
      is_run(folder), Exit::usage,
      "'{}' is not a run (no checkpoints/, no config.json with a log.txt): --overwrite replaces "
      "only runs, so give another --out",
      folder);
}

Run Run::create(const std::string& folder, const std::string& config, Existing existing) {
  check_free(folder, existing);
  make_folders(folder);
  Run run(folder);
  run.lock_ = std::make_shared<FolderLock>(folder);
  for (std::string_view part : parts) remove_all(folder + "/" + std::string(part));
  run.log("started");
  write_file(run.path("config.json"), config + "\n");
  return run;
}

Run Run::open(const std::string& folder) {
  require(exists(folder), Exit::usage, "there is no run '{}'", folder);
  require(exists(folder + "/config.json"), Exit::usage, "'{}' is not a run: it has no config.json",
          folder);
  return Run(folder);
}

Run Run::resume(const std::string& folder, const std::string& config) {
  Run run = open(folder);
  run.lock_ = std::make_shared<FolderLock>(folder);
  check_resumable(run.path("config.json"), run.config(), config);
  write_file(run.path("config.json"), config + "\n");
  return run;
}

std::string Run::path(std::string_view name) const { return folder_ + "/" + std::string(name); }

std::string Run::config() const { return read_file(path("config.json"), Exit::damaged); }

void Run::report(std::int64_t step, const Metrics& metrics) {
  std::string line = fmt::format("{{\"step\": {}", step);
  for (const auto& [name, value] : metrics) {
    line +=
        fmt::format(", \"{}\": {}", name, std::isfinite(value) ? fmt::format("{}", value) : "null");
  }
  append(path("metrics.jsonl"), line + "}\n");
}

void Run::forget_reports_after(std::int64_t step) {
  if (!exists(path("metrics.jsonl"))) return;
  const std::string text = read_file(path("metrics.jsonl"), Exit::damaged);
  std::string kept;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const auto line = std::string_view(text).substr(begin, end - begin);
    const std::int64_t at = reported_step(line);
    if (line.ends_with('\n') && at >= 0 && at <= step) kept += line;
  }
  if (kept != text) write_file(path("metrics.jsonl"), kept);
}

void Run::log(std::string_view line) {
  append(path("log.txt"), fmt::format("{}  {}\n", now(), line));
}

void Run::save(std::int64_t step, Best best, std::int64_t keep,
               const std::function<void(const std::string& folder)>& fill) {
  make_folders(path("checkpoints"));
  const std::string name = "checkpoints/" + folder_name(step);
  make_whole(path(name), fill);
  if (best == Best::yes) point(path("best"), name);
  point(path("last"), name);
  prune(keep);
}

void Run::prune(std::int64_t keep) {
  const std::vector<std::int64_t> all = steps();
  const std::string last = target_of(path("last")), best = target_of(path("best"));
  for (std::size_t i = 0; i + static_cast<std::size_t>(keep) < all.size(); ++i) {
    const std::string name = "checkpoints/" + folder_name(all[i]);
    if (name != last && name != best) remove_all(path(name));
  }
}

std::vector<std::int64_t> Run::steps() const {
  std::vector<std::int64_t> all;
  for (const std::string& name : names_in(path("checkpoints"))) {
    if (const auto step = step_of(name)) all.push_back(*step);
  }
  std::ranges::sort(all);
  return all;
}

std::optional<std::int64_t> Run::step(std::string_view link) const {
  const std::string target = target_of(path(link));
  return step_of(std::string_view(target).substr(target.rfind('/') + 1));
}

bool Run::has(std::string_view which) const {
  if (which == "best" || which == "last") return !target_of(path(which)).empty();
  const auto step = number(which);
  return step && exists(path("checkpoints/" + folder_name(*step)));
}

std::string Run::checkpoint(std::string_view which) const {
  require(has(which), Exit::usage, "run '{}' has no checkpoint '{}'; {}", folder_, which,
          available());
  if (which != "best" && which != "last") {
    return path("checkpoints/" + folder_name(*number(which)));
  }
  const std::string target = target_of(path(which));
  require(exists(path(target)), Exit::damaged, "'{}' points at '{}', which is missing{}",
          path(which), target,
          steps().empty() ? ", and the run has no other checkpoint"
                          : "; take another --checkpoint: " + available());
  return path(target);
}

std::string Run::available() const {
  std::string list;
  const auto add = [&](const std::string& name) { list += (list.empty() ? "" : ", ") + name; };
  for (const char* link : {"best", "last"}) {
    if (exists(path(link))) add(link);
  }
  for (std::int64_t step : steps()) add(std::to_string(step));
  return list.empty() ? "it has none yet" : "it has " + list;
}

}  // namespace dlt::train
