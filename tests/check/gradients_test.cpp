#include "check/gradients.h"

#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "models/model.h"
#include "ops/ops.h"
#include "support/linear_task.h"

using namespace dlt;

namespace {

// The gradient of its weights is off by this much.
struct Wrong : test::LinearTask {
  real off = 0;
  Tensor loss(std::int64_t step, std::int64_t part) override {
    const Tensor right = LinearTask::loss(step, part);
    return autograd::record("wrong", right.clone(), {right, params().all().at("head.weight")},
                            [this](const Tensor& dy, autograd::InputGrads& dx) {
                              dx[0][0] += dy.item();
                              for (std::int64_t i = 0; i < 6; ++i) dx[1][i] += off * dy.item();
                            });
  }
};

// The sum of |w - bend| over all weights, whose bends are this far from the weights.
struct Bent : test::LinearTask {
  explicit Bent(double apart)
      : bends_(ops::add(params().all().at("head.weight").detach(),
                        Tensor::filled({}, static_cast<real>(apart)))) {}
  Tensor loss(std::int64_t step, std::int64_t part) override {
    const Tensor bent = ops::abs(ops::sub(params().all().at("head.weight"), bends_));
    return ops::add(ops::sum(bent), LinearTask::loss(step, part));
  }

 private:
  Tensor bends_;
};

}  // namespace

TEST_CASE("the gradient check of a task finds what is slightly wrong", "[check][gradcheck]") {
  Wrong task;
  for (const check::Outcome& right : check::check_gradients(task)) CHECK(right.passed);
  task.off = static_cast<real>(check::exact ? 1e-5 : 0.3);
  const auto outcomes = check::check_gradients(task);
  REQUIRE(outcomes.size() == 2);
  for (const check::Outcome& o : outcomes) {
    INFO(o.name << ": error " << o.error);
    CHECK(o.passed == (o.name == "head.bias"));
  }
}

TEST_CASE("the gradient check of a task steps around bends", "[check][gradcheck]") {
  for (const double apart : check::exact ? std::vector{3e-6, -3e-7} : std::vector{4e-3, -6e-3}) {
    Bent task(apart);
    for (const check::Outcome& o : check::check_gradients(task)) {
      INFO(o.name << " with bends " << apart << " away: error " << o.error);
      CHECK(o.passed);
    }
  }
}

TEST_CASE("a network of rectifiers, batch norm and pools passes its gradient check",
          "[check][gradcheck]") {
  auto root = config::Reader::parse_file("configs/smoke/cnn-fashion.json");
  const auto model = models::make_model(root, {});
  for (const check::Outcome& o : check::check_gradients(model->synthetic_task())) {
    INFO(o.name << ": error " << o.error);
    CHECK(o.passed);
  }
}
