#include "commands/sweep.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>

#include "base/error.h"
#include "base/file.h"
#include "base/rng.h"
#include "commands/job.h"
#include "models/model.h"
#include "train/resume.h"

namespace dlt::app {
namespace {

namespace fs = std::filesystem;
using State = Standing::State;

// Where the list of values goes on after the one that begins at `at`: at a comma outside of
// quotes, brackets and braces, or the end.
std::size_t end_of_value(const std::string& text, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      at += c == '\\' ? 1 : 0;
      quoted = c != '"';
    } else if (c == ',' && depth == 0) {
      return at;
    } else {
      quoted = c == '"';
      depth += (c == '[' || c == '{' ? 1 : 0) - (c == ']' || c == '}' ? 1 : 0);
    }
  }
  require(!quoted && depth == 0, Exit::usage, "--sweep {}: a quote or bracket is not closed", text);
  return text.size();
}

// A folder of its own for the point, named after its values. What a file name cannot hold is
// replaced; a mark of the whole text keeps such names apart.
std::string folder_name(const std::string& text) {
  std::string name = text.substr(0, 200);
  for (char& c : name) {
    if (c == '/' || static_cast<unsigned char>(c) < ' ') c = '_';
  }
  return name == text ? name : fmt::format("{}~{:08x}", name, derive(0, text) >> 32);
}

struct Task {
  Job job;
  SweepPoint point;
  std::int64_t steps = 0;  // of the training
};

std::vector<Task> tasks_of(const TrainOptions& o, const std::vector<Sweep>& sweeps) {
  std::vector<Task> tasks = {{job_of(o), {}, 0}};
  for (const Sweep& sweep : sweeps) {
    std::vector<Task> more;
    for (const Task& task : tasks) {
      for (const std::string& value : sweep.values) {
        Task next = task;
        next.job.sets.push_back(sweep.key + "=" + value);
        next.point.values.push_back(value);
        next.point.folder += (&sweep == &sweeps.front() ? "" : ",") + next.job.sets.back();
        more.push_back(std::move(next));
      }
    }
    tasks = std::move(more);
  }
  for (Task& t : tasks) t.point.folder = t.job.out += "/" + folder_name(t.point.folder);
  return tasks;
}

// What can be said against a point before the first is trained.
void check(Task& task, const TrainOptions& o) {
  auto root = read_config(task.job);
  models::make_model(root, {.run = "", .purpose = models::Purpose::look});
  const std::string resolved = root.resolved();
  auto train = root.child("train");
  task.steps = train::FitConfig::read(train).steps;
  if (o.dry_run) return;
  if (!o.resume) return train::Run::check_free(task.job.out, existing(o));
  if (!fs::exists(task.job.out + "/config.json")) return;
  const auto run = train::Run::open(task.job.out);
  train::check_resumable(run.path("config.json"), run.config(), resolved);
  task.point.standing = standing_of(task.job.out, task.steps);
}

// The signal that interrupted it, or 0.
int train_point(Task& task, const TrainOptions& o) {
  int signal = 0;
  try {
    signal = train_one(task.job, o).signal;
  } catch (const Error& e) {
    if (e.exit() != Exit::diverged) throw;
    if (!o.quiet) fmt::print(stderr, "{}\n", e.what());
  }
  task.point.standing = standing_of(task.job.out, task.steps);
  return signal;
}

std::vector<SweepPoint> points_of(const std::vector<Task>& tasks) {
  std::vector<SweepPoint> points;
  points.reserve(tasks.size());
  for (const Task& t : tasks) points.push_back(t.point);
  return points;
}

void write_files(const std::string& folder, const std::vector<Sweep>& sweeps,
                 const std::vector<Task>& tasks) {
  write_file(folder + "/sweep.csv", sweep_csv(sweeps, points_of(tasks)));
  write_file(folder + "/sweep.svg", sweep_figure(sweeps, points_of(tasks)));
}

std::vector<Sweep> sweeps_of(const TrainOptions& o) {
  constexpr std::size_t most = 10'000;  // each is a training and a folder
  std::vector<Sweep> sweeps;
  std::size_t points = 1;
  for (const std::string& text : o.sweeps) {
    sweeps.push_back(parse_sweep(text));
    const auto same = std::ranges::count(sweeps, sweeps.back().key, &Sweep::key);
    require(same == 1, Exit::usage,
            "--sweep {}: there are two sweeps of it, give all values to one", sweeps.back().key);
    points *= sweeps.back().values.size();
    require(points <= most, Exit::usage,
            "--sweep {}: together that is more than {} trainings: give fewer values",
            sweeps.back().key, most);
  }
  return sweeps;
}

}  // namespace

Sweep parse_sweep(const std::string& text) {
  const auto equals = text.find('=');
  require(equals != std::string::npos && equals > 0 && equals + 1 < text.size(), Exit::usage,
          "--sweep {}: write it as a.b=v1,v2, for example --sweep train.optimizer.lr=1e-3,3e-4",
          text);
  Sweep sweep{text.substr(0, equals), {}};
  for (std::size_t at = equals + 1, end = 0; at <= text.size(); at = end + 1) {
    end = end_of_value(text, at);
    const std::string value = text.substr(at, end - at);
    require(!value.empty(), Exit::usage, "--sweep {}: a value between two commas is missing", text);
    require(std::ranges::find(sweep.values, value) == sweep.values.end(), Exit::usage,
            "--sweep {}: {} is there twice", text, value);
    sweep.values.push_back(value);
  }
  return sweep;
}

int train_sweep(const TrainOptions& o) {
  require(!fs::is_directory(o.config), Exit::usage,
          "'{}' is a folder: give --sweep the config file it began with, and the folder as --out",
          o.config);
  const auto sweeps = sweeps_of(o);
  auto tasks = tasks_of(o, sweeps);
  for (Task& task : tasks) check(task, o);
  const std::string folder = job_of(o).out;
  int number = 0, signal = 0;
  for (Task& task : tasks) {
    ++number;
    const State state = task.point.standing.state;
    const bool done = state == State::finished || state == State::diverged;
    if (!o.quiet) {
      fmt::print(stderr, "== {}/{} {}{}\n", number, tasks.size(), task.job.out,
                 done ? " (trained before)" : "");
    }
    if (o.dry_run) {
      dry_run(task.job);
    } else if (!done && signal == 0) {
      signal = train_point(task, o);
      write_files(folder, sweeps, tasks);
    }
    if (signal != 0) break;
  }
  if (o.dry_run) return 0;
  write_files(folder, sweeps, tasks);
  fmt::print("{}", sweep_table(sweeps, points_of(tasks)));
  if (signal != 0) return 128 + signal;
  const bool any = std::ranges::any_of(
      tasks, [](const Task& t) { return t.point.standing.state == State::finished; });
  require(
      any, Exit::diverged,
      "all {} points of the sweep diverged: sweep smaller values of train.optimizer.lr, lengthen "
      "train.schedule.warmup or set train.clip (1.0 is usual)",
      tasks.size());
  return 0;
}

}  // namespace dlt::app
