#include "check/ops_case.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "api/operator.h"
#include "autograd/autograd.h"
#include "base/error.h"
#include "check/compare.h"
#include "io/json_file.h"
#include "io/safetensors.h"

namespace dlt::check {
namespace {

using Strings = std::vector<std::string>;
using nlohmann::json;

constexpr double relative = 1e-4, absolute = 1e-5;

struct Case {
  std::string name, op;
  std::string attributes;
  Strings inputs, outputs, grads, gouts;
};

Case read_case(const json& j, const std::string& file) {
  require(j.is_object() && j.contains("name") && j.contains("op") && j.contains("attrs"),
          Exit::data, "{}: a case needs name, op and attrs, got {}", file, j.dump().substr(0, 80));
  const auto list = [&](const char* key) { return j.value(key, Strings()); };
  return {j.at("name"),    j.at("op"),    j.at("attrs").dump(), list("inputs"),
          list("outputs"), list("grads"), list("gouts")};
}

bool is_real(const io::SafetensorsFile& file, const std::string& name) {
  const auto at = file.entries().find(name);
  require(at != file.entries().end(), Exit::data, "{}: has no '{}'", file.path(), name);
  return at->second.dtype.starts_with('F');
}

api::Inputs read_inputs(const Case& c, const io::SafetensorsFile& file) {
  std::vector<std::pair<std::string, api::Value>> values;
  for (const std::string& input : c.inputs) {
    const std::string name = c.name + "/in/" + input;
    if (!is_real(file, name)) {
      values.emplace_back(input, file.indices(name));
      continue;
    }
    Tensor t = file.tensor(name);
    if (std::ranges::find(c.grads, input) != c.grads.end()) t.set_needs_grad();
    values.emplace_back(input, t);
  }
  return api::Inputs(std::move(values));
}

// How much of what is allowed the worst number uses; infinite for a wrong shape.
Outcome within(const std::string& name, const Tensor& got, const Tensor& expected) {
  Outcome outcome = compare(name, got, expected);
  if (got.shape() != expected.shape()) return outcome;
  outcome.error = 0;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const auto wanted = static_cast<double>(expected.data()[i]);
    const double is = static_cast<double>(got.data()[i]);
    const double apart = is == wanted ? 0 : std::abs(is - wanted);  // also of equal infinities
    const double used = apart == 0 ? 0 : apart / (absolute + relative * std::abs(wanted));
    outcome.error = std::isnan(used) ? INFINITY : std::max(outcome.error, used);
  }
  outcome.passed = outcome.error <= 1;
  if (outcome.passed) outcome.detail.clear();
  return outcome;
}

void keep_worse(Outcome& worst, Outcome next) {
  if (!next.passed || (worst.passed && next.error > worst.error)) {
    next.detail = next.passed ? "" : next.name + ": " + next.detail;
    next.name = worst.name;
    worst = std::move(next);
  }
}

const api::Value& result(const api::Prepared& op, const api::Outputs& outputs,
                         const std::string& name) {
  const auto at = std::ranges::find(op.signature.outputs, name, &api::Argument::name);
  require(at != op.signature.outputs.end(), Exit::data, "{}: has no output '{}'",
          op.entry->canonical(), name);
  return outputs[static_cast<std::size_t>(at - op.signature.outputs.begin())];
}

void compare_gradients(const Case& c, const io::SafetensorsFile& file, const api::Prepared& op,
                       const api::Inputs& inputs, const api::Outputs& outputs, Outcome& worst) {
  std::vector<Tensor> ys, dys;
  for (const std::string& name : c.gouts) {
    ys.push_back(std::get<Tensor>(result(op, outputs, name)));
    dys.push_back(file.tensor(c.name + "/gout/" + name));
  }
  autograd::backward(ys, dys);
  for (const std::string& name : c.grads) {
    const Tensor& x = inputs[name];
    const Tensor got = x.has_grad() ? x.grad() : Tensor::zeros(x.shape());
    keep_worse(worst, within("gradient of " + name, got, file.tensor(c.name + "/gin/" + name)));
  }
}

Outcome replay(const Case& c, const io::SafetensorsFile& file) {
  const auto op = api::prepare(c.op, config::Reader::parse_text(c.attributes, c.name));
  const api::Inputs inputs = read_inputs(c, file);
  const api::Outputs outputs = api::run(op, inputs);
  Outcome worst{c.name, true, 0, ""};
  for (const std::string& name : c.outputs) {
    const api::Value& got = result(op, outputs, name);
    const std::string place = c.name + "/out/" + name;
    if (const auto* t = std::get_if<Tensor>(&got)) {
      keep_worse(worst, within(name, *t, file.tensor(place)));
    } else {
      keep_worse(worst,
                 compare(name, std::get<Indices>(got).values(), file.indices(place).values()));
    }
  }
  if (!c.grads.empty()) compare_gradients(c, file, op, inputs, outputs, worst);
  return worst;
}

}  // namespace

std::vector<Outcome> replay_ops(const std::string& dir) {
  const std::string path = dir + "/ops.json";
  const json description = io::read_json(path, Exit::data);
  require(description.is_object() && description.contains("cases"), Exit::data,
          "{}: expected an object with a list of cases", path);
  const io::SafetensorsFile file(dir + "/ops.safetensors");
  std::vector<Outcome> outcomes;
  for (const json& j : description.at("cases")) {
    const Case c = read_case(j, path);
    try {
      outcomes.push_back(replay(c, file));
    } catch (const Error& e) {
      outcomes.push_back({c.name, false, INFINITY, e.what()});
    }
  }
  return outcomes;
}

}  // namespace dlt::check
