#include "commands/average.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "io/safetensors.h"
#include "train/checkpoint.h"
#include "train/files.h"
#include "train/run.h"

namespace dlt::app {
namespace {

std::vector<std::int64_t> newest(const train::Run& run, std::int64_t count) {
  const auto all = run.steps();
  require(
      std::ssize(all) >= count, Exit::usage,
      "run '{}' has {} checkpoints, {} are to be averaged: give a smaller --last, or train with "
      "a train.keep_last of {} and a train.save_every",
      run.folder(), all.size(), count, count);
  return {all.end() - count, all.end()};
}

// Sums are kept in double: the order of a few checkpoints does not show.
nn::StateDict mean_of(const train::Run& run, const std::vector<std::int64_t>& steps) {
  nn::StateDict mean;
  std::map<std::string, std::vector<double>> sums;
  for (const std::int64_t step : steps) {
    const io::SafetensorsFile file(run.checkpoint(std::to_string(step)) + "/model.safetensors");
    const auto tensors = file.tensors();
    if (mean.empty()) {
      for (const auto& [name, t] : tensors) {
        mean.emplace(name, Tensor::uninitialized(t.shape()));
        sums.emplace(name, std::vector<double>(static_cast<std::size_t>(t.size())));
      }
    }
    require(tensors.size() == mean.size(), Exit::damaged,
            "'{}' has {} tensors, the checkpoint before it has {}", file.path(), tensors.size(),
            mean.size());
    for (const auto& [name, t] : tensors) {
      const auto at = mean.find(name);
      require(at != mean.end() && at->second.shape() == t.shape(), Exit::damaged,
              "'{}': the checkpoint before it has no tensor '{}' {}", file.path(), name, t.shape());
      std::vector<double>& sum = sums[name];
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(t.values()[i]);
    }
  }
  for (auto& [name, t] : mean) {
    std::ranges::transform(sums[name], t.mutable_data(), [&](double sum) {
      return static_cast<real>(sum / static_cast<double>(steps.size()));
    });
  }
  return mean;
}

// What a run keeps beside its checkpoints for later commands: tokenizer, vocabulary.
void copy_files(const train::Run& from, const train::Run& to) {
  for (const std::string& name : train::names_in(from.folder())) {
    const bool own = name == "config.json" || name == "metrics.jsonl" || name == "log.txt" ||
                     name.ends_with(".tokens");
    if (own || train::is_folder(from.path(name)) || !train::target_of(from.path(name)).empty()) {
      continue;
    }
    write_file(to.path(name), read_file(from.path(name), Exit::failed));
  }
}

}  // namespace

void average(const AverageOptions& o) {
  const auto run = train::Run::open(o.run);
  const auto steps = newest(run, o.last);
  train::Run::check_free(o.out, o.overwrite ? train::Existing::overwrite : train::Existing::refuse);
  const nn::StateDict weights = mean_of(run, steps);
  const std::string what =
      fmt::format("the mean of the checkpoints {} of {}", fmt::join(steps, ", "), o.run);
  train::make_whole(o.out, [&](const std::string& folder) {
    auto made = train::Run::create(folder, run.config(), train::Existing::refuse);
    made.log(what);
    copy_files(run, made);
    made.save(0, train::Best::yes, 1,
              [&](const std::string& checkpoint) { train::save_start(checkpoint, weights); });
  });
  fmt::print("{}: {}\n", o.out, what);
}

}  // namespace dlt::app
