#include "commands/bench.h"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/parallel.h"
#include "base/system.h"
#include "commands/warn.h"
#include "kernels/machine.h"
#include "models/model.h"
#include "train/fit.h"
#include "train/step.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class F>
double timed(const F& f) {
  const double start = seconds_now();
  f();
  return seconds_now() - start;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Between the timed steps stand products of this machine's fastest matrix product, so that a
// machine whose speed drifts is compared with itself.
void bench_training(ordered_json& out, models::Model& model, const BenchOptions& o,
                    const train::FitConfig& fit) {
  train::Task& task = model.synthetic_task();
  optim::Optimizer optimizer(task.params(), fit.optimizer);
  const models::Summary s = model.summary();
  std::vector<double> steps, forwards, ours, openblas, fractions;
  for (std::int64_t i = -1; i < o.steps; ++i) {  // one to warm up
    const double step =
        timed([&] { train::train_step(task, optimizer, fit.step, fit.optimizer.lr, i + 2); });
    if (i < 0) {
      out["peak_rss_bytes"] = peak_rss_bytes();  // the yardsticks take memory of their own
      continue;
    }
    steps.push_back(step);
    ours.push_back(kernels::gemm_gflops());
    openblas.push_back(kernels::openblas_gflops(threads()));
    fractions.push_back(s.flops_per_step / step / 1e9 / std::max(ours.back(), openblas.back()));
    const autograd::NoGrad off;
    forwards.push_back(timed([&] { task.loss(1, 0); }));
  }
  const double step = median(steps);
  out["parameters"] = s.parameters;
  out["items_per_step"] = s.items_per_step;
  out["step_seconds"] = step;
  const std::string items(task.item_name());  // "tokens"
  out[items + "_per_second"] = static_cast<double>(s.items_per_step) / step;
  out["forward_" + items + "_per_second"] =
      static_cast<double>(task.items_per_part()) / median(forwards);
  out["gflops"] = s.flops_per_step / step / 1e9;
  out["sgemm_gflops"] = std::max(median(ours), median(openblas));
  out["own_sgemm_gflops"] = median(ours);
  out["openblas_sgemm_gflops"] = median(openblas);
  out["openblas_core"] = kernels::openblas_core();
  out["fraction_of_sgemm"] = median(fractions);
}

// One token at a time after a prompt of one: each must read every weight once.
void bench_generation(ordered_json& out, models::Model& model, std::int64_t tokens) {
  const models::LanguageModel* language = model.language();
  if (language == nullptr || tokens == 0) return;
  std::vector<double> gaps;
  double before = 0;
  language->generate({0}, {.tokens = tokens + 1, .temperature = 0}, [&](std::int32_t) {
    const double now = seconds_now();
    if (before > 0) gaps.push_back(now - before);
    before = now;
    return true;
  });
  const double bandwidth = kernels::read_bandwidth();
  const double bound = bandwidth / static_cast<double>(model.summary().weight_bytes);
  out["generated_tokens_per_second"] = 1 / median(gaps);
  out["read_bytes_per_second"] = bandwidth;
  out["generation_bound"] = bound;
  out["fraction_of_bound"] = 1 / median(gaps) / bound;
}

}  // namespace

void bench(const BenchOptions& o) {
  auto root = config::Reader::parse_file(o.config);
  for (const std::string& assignment : o.sets) root.set(assignment);
  const auto model = models::make_model(root, {});
  warn(root);
  auto train = root.child("train");
  ordered_json out = {{"config", o.config}, {"threads", threads()}, {"simd", kernels::simd_name()}};
  if (o.steps > 0) bench_training(out, *model, o, train::FitConfig::read(train));
  bench_generation(out, *model, o.tokens);
  if (o.json) {
    fmt::print("{}\n", out.dump());
    return;
  }
  for (const auto& [key, value] : out.items()) {
    fmt::print("{:<28} {}\n", key,
               value.is_number_float() ? fmt::format("{:.4g}", value.get<double>())
               : value.is_string()     ? value.get<std::string>()
                                       : value.dump());
  }
}

}  // namespace dlt::app
