#include "check/optim_case.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/error.h"
#include "check/compare.h"
#include "io/json_file.h"
#include "io/safetensors.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"

namespace dlt::check {
namespace {

using Json = nlohmann::json;

constexpr double tolerance = 1e-5;

// read(r) of a part of a reference file, whose mistakes are mistakes in the data.
template <class Config>
Config read_as_data(const std::string& file, const std::string& name, const Json& settings) {
  try {
    auto r = config::Reader::parse_text(settings.dump(), file + ": " + name);
    Config c = Config::read(r);
    r.done();
    return c;
  } catch (const Error& e) {
    fail(Exit::data, "{}", e.what());
  }
}

Tensor row(const Tensor& all, std::int64_t i, const Shape& shape) {
  const auto size = static_cast<std::size_t>(shape.size());
  return Tensor::from(shape, all.values().subspan(static_cast<std::size_t>(i) * size, size));
}

void put_gradient(Tensor t, const Tensor& gradient) {
  t.zero_grad();
  std::vector<Tensor> inputs = {t};
  autograd::InputGrads(inputs).share(0, gradient);
}

// "adamw_b" is a case of adamw.
optim::OptimizerConfig optimizer_of(const std::string& file, const std::string& name,
                                    Json settings) {
  settings["name"] = name.substr(0, name.find('_'));
  return read_as_data<optim::OptimizerConfig>(file, name, settings);
}

class Trajectories {
 public:
  explicit Trajectories(const std::string& dir)
      : file_(dir + "/optim.safetensors"),
        start_(file_.tensor("w0")),
        grads_(file_.tensor("grads")) {
    check_shape("grads", grads_);
  }

  Outcome replay(const std::string& name, const optim::OptimizerConfig& config) const {
    const Tensor expected = file_.tensor("trajectory/" + name);
    check_shape("trajectory/" + name, expected);
    nn::Params params = nn::Params::blank();
    const Tensor w = params.create("w", start_.shape(), nn::zeros());
    params.load({{"w", start_}});
    optim::Optimizer optimizer(params, config);
    Tensor got = Tensor::uninitialized(expected.shape());
    for (std::int64_t step = 0; step < grads_.dim(0); ++step) {
      put_gradient(w, row(grads_, step, start_.shape()));
      optimizer.step(config.lr, 1);
      std::ranges::copy(w.values(), got.mutable_data() + step * w.size());
    }
    return compare("trajectory/" + name, got, expected, tolerance);
  }

 private:
  void check_shape(const std::string& name, const Tensor& t) const {
    const auto& of_one = start_.shape().dims();
    const auto& dims = t.shape().dims();
    const bool fits = dims.size() == of_one.size() + 1 && t.dim(0) == grads_.dim(0) &&
                      std::equal(of_one.begin(), of_one.end(), dims.begin() + 1);
    require(fits, Exit::data, "{}: '{}' {} is not a row of w0 {} for each of {} steps",
            file_.path(), name, t.shape(), start_.shape(), grads_.dim(0));
  }

  io::SafetensorsFile file_;
  Tensor start_, grads_;
};

// Their names of what we call something else; empty: it plays no part.
std::string our_key(const std::string& theirs) {
  if (theirs == "total_steps") return "steps";
  if (theirs == "warmup_steps") return "warmup";
  return theirs == "max_lr" || theirs == "note" ? "" : theirs;
}

std::string our_schedule(const std::string& theirs) {
  if (theirs == "linear_warmup_cosine") return "cosine";
  return theirs == "linear_warmup_linear" ? "linear" : theirs;
}

Outcome replay_schedule(const std::string& file, const std::string& name, const Json& reference) {
  Json settings = {{"name", our_schedule(name)}};
  for (const auto& [key, value] : reference.at("attrs").items()) {
    if (const std::string ours = our_key(key); !ours.empty()) settings[ours] = value;
  }
  const auto rates = reference.at("lr").get<std::vector<double>>();
  const auto config = read_as_data<optim::ScheduleConfig>(file, name, settings);
  const auto schedule = config.make(1, config.end(std::ssize(rates)));
  Outcome outcome{"schedule/" + name, true, 0, ""};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double got = schedule(static_cast<std::int64_t>(i) + 1), off = std::abs(got - rates[i]);
    const double error = off == 0 ? 0 : off / std::abs(rates[i]);
    outcome.error = std::max(outcome.error, error);
    if (outcome.passed && !(error <= tolerance)) {
      outcome.passed = false;
      outcome.detail =
          fmt::format("the rate of step {} is {:.9g}, not {:.9g}", i + 1, got, rates[i]);
    }
  }
  return outcome;
}

}  // namespace

std::vector<Outcome> replay_optim(const std::string& dir) {
  const std::string optimizers = dir + "/optim.json", schedules = dir + "/schedules.json";
  const Json settings = io::read_json(optimizers, Exit::data);
  const Json references = io::read_json(schedules, Exit::data);
  try {
    const Trajectories trajectories(dir);
    std::vector<Outcome> outcomes;
    for (const auto& [name, s] : settings.items()) {
      outcomes.push_back(trajectories.replay(name, optimizer_of(optimizers, name, s)));
    }
    for (const auto& [name, s] : references.items()) {
      outcomes.push_back(replay_schedule(schedules, name, s));
    }
    return outcomes;
  } catch (const Json::exception& e) {
    fail(Exit::data, "{}: this is not a reference of layout optim: {}", dir, e.what());
  }
}

}  // namespace dlt::check
