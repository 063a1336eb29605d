#include <catch2/catch.hpp>

#include "api/operator.h"
#include "autograd/autograd.h"
#include "check/gradients.h"

using namespace dlt;

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
    const std::string attributes(entry.make.example_attributes);
    const auto op =
        api::prepare(entry.canonical(), config::Reader::parse_text(attributes, "--attrs"));
    auto values = api::example_inputs(entry.make.example_inputs, 1).values();
    for (auto& [name, value] : values) {
      if (auto* t = std::get_if<Tensor>(&value)) t->set_needs_grad();
    }
    const api::Inputs inputs(values);
    std::vector<std::vector<real>> once;
    for (const int times : {1, 2}) {
      const auto outputs = api::run(op, inputs);
      const auto* y = std::get_if<Tensor>(&outputs.front());
      if (y == nullptr || !y->needs_grad()) break;
      autograd::backward(*y, Tensor::filled(y->shape(), 1));
      std::size_t at = 0;
      for (auto& [name, value] : values) {
        const auto* t = std::get_if<Tensor>(&value);
        if (t == nullptr || !t->has_grad()) continue;
        const auto now = t->grad().values();
        if (times == 1) once.emplace_back(now.begin(), now.end());
        for (std::size_t i = 0; times == 2 && i < now.size(); ++i) {
          CHECK(now[i] == Approx(2 * once[at][i]).margin(1e-5));
        }
        ++at;
      }
    }
  }
}

TEST_CASE("every operator's example gives the results its signature names", "[api]") {
  for (const auto& entry : api::operators().all()) {
    INFO(entry.canonical());
    const std::string attributes(entry.make.example_attributes);
    const auto op =
        api::prepare(entry.canonical(), config::Reader::parse_text(attributes, "--attrs"));
    const auto outputs = api::run(op, api::example_inputs(entry.make.example_inputs, 1));
    REQUIRE(outputs.size() == op.signature.outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      CHECK(std::holds_alternative<Indices>(outputs[i]) == op.signature.outputs[i].integer);
    }
  }
}
