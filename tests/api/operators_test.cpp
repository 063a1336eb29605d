#include <catch2/catch.hpp>

#include "api/operator.h"
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
