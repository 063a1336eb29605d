#include "train/step.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/optim.h"

namespace dlt::train {
namespace {

[[noreturn]] void diverged(std::int64_t step, const std::string& what, SourceLine where = {}) {
  throw Error(Exit::diverged,
              fmt::format("training diverged at step {}: {}; lower train.optimizer.lr, lengthen "
                          "train.schedule.warmup or set train.clip (1.0 is usual); the last "
                          "checkpoint is kept",
                          step, what),
              where);
}

// What an Error says but for the frames that are open here: "... of op 'log' is not finite, in
// layer head".
std::string inner_text(const Error& error) {
  const std::string outside = Error(Exit::diverged, "", {}).what();
  std::string text = error.what();
  if (text.ends_with(outside)) text.resize(text.size() - outside.size());
  constexpr std::string_view line_break = "\n  in ";
  for (auto at = text.find(line_break); at != text.npos; at = text.find(line_break, at)) {
    text.replace(at, line_break.size(), ", in ");
  }
  return text;
}

// The first op whose result is not finite, found by computing the loss once more.
std::string origin(Task& task, std::int64_t step, std::int64_t part) {
  try {
    const autograd::CheckFinite check;
    const autograd::NoGrad forward_only;
    task.loss(step, part);
  } catch (const Error& e) {
    return ": " + inner_text(e);
  }
  return "";
}

double run_part(Task& task, std::int64_t step, std::int64_t part) {
  const Frame frame("step", step);
  const Tensor loss = task.loss(step, part);
  const double value = loss.item();
  if (std::isfinite(value)) autograd::backward(loss);
  return value;
}

double checked_part(Task& task, const StepConfig& config, std::int64_t step, std::int64_t part) {
  if (!config.check_finite) return run_part(task, step, part);
  try {
    const autograd::CheckFinite check;
    return run_part(task, step, part);
  } catch (const Error& e) {
    if (e.exit() != Exit::diverged) throw;
    diverged(step, inner_text(e));
  }
}

double gradient_norm(const nn::Params& params) {
  double squares = 0;
  for (const auto& [name, t] : params.all()) {
    if (t.has_grad()) squares += kernels::sum_of_squares(t.grad().data(), t.size());
  }
  return std::sqrt(squares);
}

void check_gradients(const nn::Params& params, double norm, std::int64_t step) {
  if (std::isfinite(norm)) return;
  for (const auto& [name, gradient] : params.grads()) {
    if (!autograd::all_finite(gradient)) {
      diverged(step, fmt::format("the gradient of '{}' {} is not finite", name, gradient.shape()));
    }
  }
  diverged(step, fmt::format("the norm of the gradients is {}", norm));
}

}  // namespace

StepResult train_step(Task& task, optim::Optimizer& optimizer, const StepConfig& config, double lr,
                      std::int64_t step) {
  nn::Params& params = task.params();
  params.zero_grad();
  const double share = 1 / static_cast<double>(config.accumulate);
  double loss = 0;
  for (std::int64_t part = 0; part < config.accumulate; ++part) {
    const double value = checked_part(task, config, step, part);
    if (!std::isfinite(value)) {
      diverged(step, fmt::format("the loss is {}{}", std::isnan(value) ? std::fabs(value) : value,
                                 origin(task, step, part)));
    }
    loss += value * share;
  }
  const double norm = gradient_norm(params) * share;
  check_gradients(params, norm, step);
  const double clipping = config.clip > 0 ? std::min(1.0, config.clip / (norm + 1e-6)) : 1.0;
  optimizer.step(lr, share * clipping);
  params.zero_grad();
  return {loss, norm};
}

void check_parameters(const nn::Params& params, std::int64_t step) {
  for (const auto& [name, t] : params.all()) {
    if (!autograd::all_finite(t)) {
      diverged(step, fmt::format("the parameter '{}' {} is not finite", name, t.shape()));
    }
  }
}

}  // namespace dlt::train
