#include "commands/train.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/system.h"
#include "kernels/machine.h"
#include "models/model.h"
#include "train/progress.h"

namespace dlt::app {
namespace {

namespace fs = std::filesystem;

struct Job {
  std::string config, out;
  std::vector<std::string> sets;
};

Job job_of(const TrainOptions& o) {
  Job job{o.config, o.out, o.sets};
  if (fs::is_directory(o.config)) {  // a run's own folder: go on with it
    require(o.resume, Exit::usage,
            "'{}' is a folder: give a config file, or add --resume to go on with the run in it",
            o.config);
    job.config = o.config + "/config.json";
    if (job.out.empty()) job.out = o.config;
  }
  if (job.out.empty()) job.out = "runs/" + fs::path(o.config).stem().string();
  return job;
}

config::Reader read_config(const Job& job) {
  auto root = config::Reader::parse_file(job.config);
  for (const std::string& assignment : job.sets) root.set(assignment);
  return root;
}

train::Existing existing(const TrainOptions& o) {
  return o.overwrite ? train::Existing::overwrite : train::Existing::refuse;
}

train::FitResult train_one(const Job& job, const TrainOptions& o) {
  auto root = read_config(job);
  if (o.resume && fs::exists(job.out + "/config.json")) {
    const auto model = models::make_model(root, {});
    auto run = train::Run::resume(job.out, root.resolved());
    model->open_data(job.out);
    return model->train(run, {.resume = true, .quiet = o.quiet});
  }
  train::Run::check_free(job.out, existing(o));  // before work that would be in vain
  const auto model = models::make_model(root, {});
  model->open_data("");
  auto run = train::Run::create(job.out, root.resolved(), existing(o));
  return model->train(run, {.resume = false, .quiet = o.quiet});
}

std::string gigabytes(double bytes) { return fmt::format("{:.2f} GB", bytes / 1e9); }

void dry_run(const Job& job) {
  auto root = read_config(job);
  const auto model = models::make_model(root, {.run = "", .purpose = models::Purpose::look});
  const models::Summary s = model->summary();
  auto train = root.child("train");
  const std::int64_t steps = train::FitConfig::read(train).steps;
  const double rate = kernels::gemm_gflops() * 1e9;
  const double seconds = s.flops_per_step / (0.85 * rate);  // the rest is not matrix products
  fmt::print("config       {}\nparameters   {}\nper step     {} items, {:.1f} GFLOP\n", job.config,
             s.parameters, s.items_per_step, s.flops_per_step / 1e9);
  fmt::print("memory       {} of {}\n", gigabytes(static_cast<double>(s.training_bytes)),
             gigabytes(static_cast<double>(memory_bytes())));
  fmt::print(
      "this machine {:.0f} GFLOP/s with {} threads: about {:.3f} s a step, {} for {} steps\n",
      rate / 1e9, threads(), seconds, train::duration(seconds * static_cast<double>(steps)), steps);
}

// "a.b=1,2": "a.b=1" and "a.b=2".
std::vector<std::string> choices(const std::string& sweep) {
  const auto equals = sweep.find('=');
  require(equals != std::string::npos && equals + 1 < sweep.size(), Exit::usage,
          "--sweep {}: write it as a.b=v1,v2, for example --sweep train.optimizer.lr=1e-3,3e-4",
          sweep);
  std::vector<std::string> all;
  for (std::size_t at = equals + 1; at <= sweep.size();) {
    const auto comma = std::min(sweep.find(',', at), sweep.size());
    all.push_back(sweep.substr(0, equals + 1) + sweep.substr(at, comma - at));
    at = comma + 1;
  }
  return all;
}

// What can be said against a job of a sweep before the first is trained.
void check(const Job& job, const TrainOptions& o) {
  auto root = read_config(job);
  models::make_model(root, {.run = "", .purpose = models::Purpose::look});
  if (!o.dry_run && !o.resume) train::Run::check_free(job.out, existing(o));
}

int train_sweep(const TrainOptions& o) {
  std::vector<Job> jobs = {job_of(o)};
  for (const std::string& sweep : o.sweeps) {
    std::vector<Job> more;
    for (const Job& job : jobs) {
      for (const std::string& choice : choices(sweep)) {
        Job next = job;
        next.sets.push_back(choice);
        next.out += (&sweep == &o.sweeps.front() ? "/" : ",") + choice;
        more.push_back(std::move(next));
      }
    }
    jobs = std::move(more);
  }
  for (const Job& job : jobs) check(job, o);
  std::vector<std::pair<double, std::string>> ranked;
  for (const Job& job : jobs) {
    if (!o.quiet) fmt::print(stderr, "== {}\n", job.out);
    if (o.dry_run) {
      dry_run(job);
      continue;
    }
    const auto result = train_one(job, o);
    if (result.signal != 0) return 128 + result.signal;
    if (!result.valid.empty()) ranked.emplace_back(result.valid.front().second, job.out);
  }
  std::ranges::sort(ranked);
  for (const auto& [loss, out] : ranked) fmt::print("{:.4f}  {}\n", loss, out);
  return 0;
}

}  // namespace

int train(const TrainOptions& options) {
  require(!(options.resume && options.overwrite), Exit::usage,
          "--resume goes on with a run, --overwrite throws it away: give one of them");
  if (!options.sweeps.empty()) return train_sweep(options);
  const Job job = job_of(options);
  if (options.dry_run) {
    dry_run(job);
    return 0;
  }
  const auto result = train_one(job, options);
  return result.signal == 0 ? 0 : 128 + result.signal;
}

}  // namespace dlt::app
