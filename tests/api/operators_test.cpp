#include <catch2/catch.hpp>
#include <cstdint>

#include "api/operator.h"
#include "autograd/autograd.h"
#include "check/gradients.h"
#include "support/check_op.h"

using namespace dlt;

namespace {

using Entry = Exported<api::Operator>;
using Values = std::vector<std::pair<std::string, api::Value>>;

api::Prepared example_of(const Entry& entry) {
  const std::string attributes(entry.make.example_attributes);
  return api::prepare(entry.canonical(), config::Reader::parse_text(attributes, "--attrs"));
}

constexpr std::size_t every = SIZE_MAX;

// The inputs of an example; input `only`, or every one, needs a gradient.
Values leaves_of(const Entry& entry, std::size_t only) {
  Values values = api::example_inputs(entry.make.example_inputs, 1).values();
  for (std::size_t k = 0; k < values.size(); ++k) {
    auto* t = std::get_if<Tensor>(&values[k].second);
    if (t != nullptr && (only == every || only == k)) t->set_needs_grad();
  }
  return values;
}

using Gradients = std::vector<std::vector<real>>;  // of each input, empty where it has none

// After another backward pass from the first result.
Gradients gradients(const api::Prepared& op, const Values& values) {
  const auto outputs = api::run(op, api::Inputs(values));
  const auto* y = std::get_if<Tensor>(&outputs.front());
  if (y != nullptr && y->needs_grad()) autograd::backward(*y, test::random(y->shape(), 9));
  Gradients all;
  for (const auto& [name, value] : values) {
    const auto* t = std::get_if<Tensor>(&value);
    all.emplace_back();
    if (t == nullptr || !t->has_grad()) continue;
    const Tensor grad = t->grad();
    all.back().assign(grad.values().begin(), grad.values().end());
  }
  return all;
}

}  // namespace

TEST_CASE("every operator's example has the gradient that finite differences give",
          "[api][ops][gradcheck]") {
  const auto live_before = Tensor::live();
  for (const auto& entry : api::operators().all()) {
    for (const check::Outcome& outcome : check::check_gradients(entry)) {
      INFO(outcome.name << ": error " << outcome.error << ": " << outcome.detail);
      CHECK(outcome.passed);
    }
    INFO(entry.canonical());
    CHECK(Tensor::live() == live_before);
  }
}

// Backward functions may overwrite where they are the first to write, and must add elsewhere.
TEST_CASE("every operator adds to the gradients that are there", "[api][ops][gradcheck]") {
  for (const auto& entry : api::operators().all()) {
    INFO(entry.canonical());
    const auto op = example_of(entry);
    const Values leaves = leaves_of(entry, every);
    const Gradients once = gradients(op, leaves), twice = gradients(op, leaves);
    for (std::size_t k = 0; k < once.size(); ++k) {
      REQUIRE(once[k].size() == twice[k].size());
      for (std::size_t i = 0; i < once[k].size(); ++i) {
        CHECK(twice[k][i] == Approx(2 * once[k][i]).margin(1e-5));
      }
    }
  }
}

TEST_CASE("an input's gradient does not depend on which others have one", "[api][ops]") {
  for (const auto& entry : api::operators().all()) {
    const auto op = example_of(entry);
    const Gradients all = gradients(op, leaves_of(entry, every));
    for (std::size_t k = 0; k < all.size(); ++k) {
      INFO(entry.canonical() << ", input " << k);
      Gradients alone(all.size());
      alone[k] = all[k];
      CHECK(gradients(op, leaves_of(entry, k)) == alone);
    }
  }
}

TEST_CASE("every operator's example gives the results its signature names", "[api]") {
  for (const auto& entry : api::operators().all()) {
    INFO(entry.canonical());
    const auto op = example_of(entry);
    const auto outputs = api::run(op, api::example_inputs(entry.make.example_inputs, 1));
    REQUIRE(outputs.size() == op.signature.outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      CHECK(std::holds_alternative<Indices>(outputs[i]) == op.signature.outputs[i].integer);
    }
  }
}
