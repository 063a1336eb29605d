#include "commands/job.h"

#include <cstdio>
#include <filesystem>
#include <fmt/core.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/system.h"
#include "commands/warn.h"
#include "kernels/machine.h"
#include "models/model.h"
#include "train/progress.h"

namespace dlt::app {
namespace {

namespace fs = std::filesystem;

std::string gigabytes(double bytes) { return fmt::format("{:.2f} GB", bytes / 1e9); }

// Before the data are read only the shape of what is learned may be known.
std::string weights_of(const models::Summary& s) {
  std::string text;
  for (const auto& row : s.layers) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", row.name, row.output.str());
  }
  return text.empty() ? "as many as the data give" : text;
}

}  // namespace

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
    warn(root);
    model->quiet = o.quiet;
    auto run = train::Run::resume(job.out, root.resolved());
    model->open_data(job.out);
    warn(root);  // about the data
    return model->train(run, {.resume = true, .quiet = o.quiet});
  }
  train::Run::check_free(job.out, existing(o));  // before work that would be in vain
  const auto model = models::make_model(root, {});
  warn(root);
  model->quiet = o.quiet;
  model->open_data("");
  warn(root);  // about the data
  auto run = train::Run::create(job.out, root.resolved(), existing(o));
  return model->train(run, {.resume = false, .quiet = o.quiet});
}

void dry_run(const Job& job) {
  auto root = read_config(job);
  const auto model = models::make_model(root, {.run = "", .purpose = models::Purpose::look});
  warn(root);
  const models::Summary s = model->summary();
  if (s.flops_per_step == 0) {  // it does not learn step by step
    fmt::print("config       {}\nweights      {}\n", job.config, weights_of(s));
    return;
  }
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

}  // namespace dlt::app
