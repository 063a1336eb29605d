// Numbers that are known of Adam, AdamW and SGD: theta after each step, from 1.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "support/one_parameter.h"

using namespace dlt;
using test::OneParameter;

namespace {

// In double half a unit of the last digit that is given: Adam and Adam with L2 part in the
// eleventh.
constexpr bool exact = sizeof(real) == 8;
constexpr double tolerance = exact ? 1e-12 : 1e-6;
constexpr double rounding = exact ? 5e-11 : 1e-6;  // of moments, given to 11 digits
constexpr double digits = exact ? 6e-13 : 1e-6;

Tensor number(double x) { return Tensor::from({1, 1}, {static_cast<real>(x)}); }

double value(const Tensor& t) { return static_cast<double>(t.item()); }

// The slope at theta; constant ones ignore it.
using Slope = std::function<double(double theta)>;
const Slope constant = [](double) { return 0.1; }, itself = [](double theta) { return theta; };

void check_steps(const std::string& optimizer, const Slope& slope,
                 const std::vector<double>& expected) {
  INFO(optimizer);
  OneParameter model(number(1), optimizer);
  for (const double theta : expected) {
    model.step(number(slope(value(model.w))));
    CHECK(value(model.w) == Approx(theta).epsilon(0).margin(digits));
  }
}

void check_moments(const std::string& optimizer, const std::vector<double>& m,
                   const std::vector<double>& v) {
  INFO(optimizer);
  OneParameter model(number(1), optimizer);
  for (std::size_t i = 0; i < m.size(); ++i) {
    model.step(number(0.1));
    CHECK(value(model.optimizer.state().at("m.w")) == Approx(m[i]).epsilon(rounding));
    CHECK(value(model.optimizer.state().at("v.w")) == Approx(v[i]).epsilon(rounding));
  }
}

const char* adam = R"({"name": "adam", "lr": 0.1})";
const char* adam_l2 = R"({"name": "adam", "lr": 0.1, "weight_decay": 0.1})";
const char* adamw = R"({"name": "adamw", "lr": 0.1, "weight_decay": 0.1})";

}  // namespace

TEST_CASE("Adam, Adam with L2 and AdamW part ways on a constant slope", "[optim][gradcheck]") {
  check_steps(adam, constant, {0.90000001, 0.80000002, 0.70000003});
  check_moments(adam, {1e-2, 1.9e-2, 2.71e-2}, {1e-5, 1.999e-5, 2.997001e-5});
  check_steps(adam_l2, constant, {0.900000005, 0.800166495718, 0.700623406594});
  check_moments(adam_l2, {2e-2, 3.7000000050e-2, 5.1301665002e-2},
                {4e-5, 7.6060000190e-5, 1.0838993431e-4});
  check_steps(adamw, constant, {0.89000001, 0.7811000199, 0.673289029701});
  check_moments(adamw, {1e-2, 1.9e-2, 2.71e-2}, {1e-5, 1.999e-5, 2.997001e-5});
}

TEST_CASE("Adam, Adam with L2 and AdamW descend a parabola", "[optim][gradcheck]") {
  const auto with = [](const std::string& name, const char* decay) {
    return R"({"name": ")" + name + R"(", "lr": 0.1, "weight_decay": )" + decay + "}";
  };
  check_steps(with("adam", "0"), itself,
              {0.900000001, 0.800412229712, 0.701586274504, 0.603939062682, 0.507963661927});
  check_steps(with("adam", "0.01"), itself,
              {0.90000000099, 0.800412229692, 0.701586274474, 0.60393906264, 0.507963661874});
  check_steps(with("adamw", "0.01"), itself,
              {0.899000001, 0.798519028189, 0.698911184716, 0.600598576266, 0.504080092747});
}

TEST_CASE("SGD's momentum gathers speed", "[optim][gradcheck]") {
  check_steps(R"({"name": "sgd", "lr": 0.1, "momentum": 0.9})", itself,
              {0.9, 0.72, 0.486, 0.2268, -0.02916});
}

TEST_CASE("Adam's first step has one size whatever the slope", "[optim][gradcheck]") {
  for (const double g : {1e-6, -3e-3, 0.5, -20.0, 1e4}) {
    OneParameter model(number(0), adam);
    model.step(number(g));
    const double expected = -0.1 * g / (std::abs(g) + 1e-8);
    CHECK(value(model.w) == Approx(expected).epsilon(tolerance));
  }
}

TEST_CASE("without a slope AdamW decays as a power, Adam with L2 does not", "[optim][gradcheck]") {
  OneParameter beside(number(1), adamw), through(number(1), adam_l2);
  for (int t = 1; t <= 50; ++t) {
    beside.step(number(0));
    through.step(number(0));
    CHECK(value(beside.w) == Approx(std::pow(1 - 0.1 * 0.1, t)).epsilon(tolerance * 10));
  }
  CHECK(std::abs(value(through.w) - value(beside.w)) > 0.3);
}

TEST_CASE("SGDW decays beside the momentum", "[optim][gradcheck]") {
  check_steps(R"({"name": "sgdw", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.1})", constant,
              {0.98, 0.9512, 0.914588});
}
