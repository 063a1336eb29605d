#include "optim/schedule.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "support/failure.h"

using namespace dlt;
using optim::ScheduleConfig;

namespace {

optim::Schedule schedule(const std::string& json, double lr, std::int64_t training_steps = 0) {
  const auto c = ScheduleConfig::parse(json);
  return c.make(lr, c.end(training_steps));
}

std::string mistake(const std::string& text) {
  return test::failure(
      [&] {
        auto r = config::Reader::parse_text(text, "a.json");
        ScheduleConfig::read(r);
        r.done();
      },
      Exit::usage);
}

}  // namespace

TEST_CASE("a warm-up starts at 0 and a schedule stays where it ended", "[optim]") {
  const auto cosine = schedule(R"({"name": "cosine", "warmup": 5, "min_lr": 0.25})", 2, 30);
  CHECK(cosine(1) == 0);
  CHECK(cosine(2) == Approx(0.4));
  CHECK(cosine(6) == 2);
  CHECK(cosine(31) == Approx(0.25));
  CHECK(cosine(1000) == Approx(0.25));
  const auto constant = schedule(R"({"warmup": 2})", 2);
  CHECK(constant(1) == 0);
  CHECK(constant(2) == 1);
  CHECK(constant(3) == 2);
  CHECK(constant(1000) == 2);
}

TEST_CASE("a warm-up longer than training only climbs", "[optim]") {
  const auto s = schedule(R"({"name": "linear", "warmup": 100})", 1, 10);
  CHECK(s(10) == Approx(0.09));
  CHECK(s(101) == 1);
}

TEST_CASE("a schedule ends with training unless it has steps of its own", "[optim]") {
  for (const char* name : {"linear", "cosine", "polynomial", "one_cycle"}) {
    const std::string start = R"({"name": ")" + std::string(name) + "\"";
    CHECK(ScheduleConfig::parse(start + "}").end(70) == 70);
    CHECK(ScheduleConfig::parse(start + R"(, "steps": 50})").end(70) == 50);
  }
  for (const char* name : {"constant", "noam", "robbins_monro"}) {
    CHECK(ScheduleConfig::parse(R"({"name": ")" + std::string(name) + "\"}").end(70) == 0);
  }
  CHECK(ScheduleConfig::parse(R"({"name": "step", "step_size": 3})").end(70) == 0);
}

TEST_CASE("steps and exponentials fall after the warm-up, milestones are steps of training",
          "[optim]") {
  const auto step = schedule(R"({"name": "step", "step_size": 3, "gamma": 0.5, "warmup": 2})", 1);
  CHECK(step(2) == 0.5);
  CHECK(step(5) == 1);
  CHECK(step(6) == 0.5);
  const auto exponential = schedule(R"({"name": "exponential", "gamma": 0.5, "warmup": 2})", 1);
  CHECK(exponential(3) == 1);
  CHECK(exponential(5) == 0.25);
  const auto multistep =
      schedule(R"({"name": "multistep", "milestones": [4, 6], "gamma": 0.1, "warmup": 2})", 1);
  CHECK(multistep(2) == 0.5);
  CHECK(multistep(4) == 1);
  CHECK(multistep(5) == Approx(0.1));
  CHECK(multistep(7) == Approx(0.01));
}

TEST_CASE("cosines start again at the full rate, each cycle T_mult times longer", "[optim]") {
  const auto s =
      schedule(R"({"name": "cosine_restarts", "T_0": 4, "T_mult": 2, "min_lr": 0.2})", 1);
  for (const std::int64_t start : {1, 5, 13, 29}) CHECK(s(start) == 1);
  for (const std::int64_t middle : {3, 9, 21}) CHECK(s(middle) == Approx(0.6));
  CHECK(s(12) == Approx(0.2 + 0.4 * (1 + std::cos(M_PI * 7 / 8))));
  const auto same = schedule(R"({"name": "cosine_restarts", "T_0": 4, "warmup": 2})", 1);
  for (const double start : {3.0, 7.0, 11.0, 4e9 + 3})
    CHECK(same(static_cast<std::int64_t>(start)) == 1);
  CHECK(same(1) == 0);
  CHECK(same(5) == Approx(0.5));
}

TEST_CASE("one cycle climbs for its part, then falls far below its start", "[optim]") {
  const auto s = schedule(
      R"({"name": "one_cycle", "pct_start": 0.4, "div_factor": 10, "final_div_factor": 100})", 2,
      10);
  CHECK(s(1) == Approx(0.2));
  CHECK(s(4) == Approx(2));
  CHECK(s(7) == Approx(0.002 + (2 - 0.002) / 2));
  CHECK(s(10) == Approx(0.002));
  CHECK(s(1000) == Approx(0.002));
  for (const char* part : {"0", "1"}) {  // all down, all up
    const auto edge =
        schedule(R"({"name": "one_cycle", "pct_start": )" + std::string(part) + "}", 1, 5);
    for (std::int64_t step = 1; step < 9; ++step) CHECK((edge(step) > 0 && edge(step) <= 1));
  }
  CHECK(std::isfinite(schedule(R"({"name": "one_cycle"})", 1, 1)(1)));
}

TEST_CASE("a polynomial of power 1 is a line", "[optim]") {
  const auto line = schedule(R"({"name": "linear", "min_lr": 0.1})", 1, 7);
  const auto polynomial = schedule(R"({"name": "polynomial", "min_lr": 0.1})", 1, 7);
  for (std::int64_t step = 1; step < 10; ++step) CHECK(polynomial(step) == line(step));
}

TEST_CASE("noam and the inverse square root are one", "[optim]") {
  const auto noam = schedule(R"({"name": "noam", "d_model": 4, "warmup": 9})", 2);
  const auto root = schedule(R"({"name": "inverse_square_root", "d_model": 4, "warmup": 9})", 2);
  CHECK(noam(9) == Approx(1.0 / 3));
  CHECK(noam(36) == Approx(1.0 / 6));
  CHECK(noam(3) == Approx(1.0 / 9));
  CHECK(root(20) == noam(20));
}

TEST_CASE("the steps of Robbins and Monro are a / (k + b)^c", "[optim]") {
  const auto harmonic = schedule(R"({"name": "robbins_monro"})", 3);
  for (const std::int64_t k : {1, 2, 3, 1000}) CHECK(harmonic(k) == 3.0 / static_cast<double>(k));
  const auto s = schedule(R"({"name": "robbins_monro", "a": 2, "b": 10, "c": 0.75})", 1);
  CHECK(s(6) == Approx(0.25));
  const auto forced = schedule(R"({"name": "robbins_monro", "c": 0.5, "force": true})", 1);
  CHECK(forced(4) == Approx(0.5));
}

TEST_CASE("steps that need not converge say which condition breaks", "[optim][errors]") {
  const std::string end = " is needed; \"force\": true uses it all the same";
  CHECK(mistake(R"({"name": "robbins_monro", "c": 1.5})") ==
        "a.json:1:32: /c: with steps a/(k+b)^1.5 sum a_k = inf does not hold, so convergence is "
        "not assured: c <= 1" +
            end);
  CHECK(mistake(R"({"name": "robbins_monro", "c": 0.5})") ==
        "a.json:1:32: /c: with steps a/(k+b)^0.5 sum a_k^2 < inf does not hold, so convergence is "
        "not assured: c > 0.5" +
            end);
}

TEST_CASE("each schedule has fields of its own", "[optim][config]") {
  const auto keys = [](const std::string& text) {
    auto r = config::Reader::parse_text(text, "a.json");
    ScheduleConfig::read(r);
    const auto used = nlohmann::ordered_json::parse(r.resolved());
    std::string all;
    for (const auto& [key, value] : used.items()) {
      all += key + "=" + value.dump() + " ";
    }
    return all;
  };
  CHECK(keys("{}") == "name=\"constant\" min_lr=0.0 steps=0 warmup=0 ");
  CHECK(keys(R"({"name": "polynomial"})") ==
        "name=\"polynomial\" power=1.0 min_lr=0.0 steps=0 warmup=0 ");
  CHECK(keys(R"({"name": "step"})") == "name=\"step\" step_size=1000 gamma=0.1 warmup=0 ");
  CHECK(keys(R"({"name": "multistep"})") == "name=\"multistep\" milestones=[] gamma=0.1 warmup=0 ");
  CHECK(keys(R"({"name": "exponential"})") == "name=\"exponential\" gamma=0.999 warmup=0 ");
  CHECK(keys(R"({"name": "cosine_restarts"})") ==
        "name=\"cosine_restarts\" T_0=1000 T_mult=1 min_lr=0.0 warmup=0 ");
  CHECK(keys(R"({"name": "one_cycle"})") ==
        "name=\"one_cycle\" steps=0 pct_start=0.3 div_factor=25.0 final_div_factor=10000.0 ");
  CHECK(keys(R"({"name": "noam"})") == "name=\"noam\" d_model=512 warmup=4000 ");
  CHECK(keys(R"({"name": "robbins_monro"})") ==
        "name=\"robbins_monro\" a=1.0 b=0.0 c=1.0 force=false ");
}

TEST_CASE("mistakes in a schedule say what is wrong", "[optim][errors]") {
  CHECK(mistake(R"({"name": "cosin"})") ==
        "a.json:1:10: /name: unknown schedule 'cosin'; did you mean 'cosine'?");
  CHECK(mistake(R"({"name": "multistep", "milestones": [5, 3]})") ==
        "a.json:1:37: /milestones: expected them in rising order");
  CHECK(mistake(R"({"name": "multistep", "milestones": [5, 3.5]})") ==
        "a.json:1:41: /milestones/1: expected an integer >= 0, got 3.5 (number)");
  CHECK(mistake(R"({"name": "noam", "min_lr": 1})") ==
        "a.json:1:18: /min_lr: is not a known key; known: d_model, name, warmup");
}
