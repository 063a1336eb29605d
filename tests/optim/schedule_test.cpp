#include "optim/schedule.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"

using namespace dlt;
using optim::ScheduleConfig;

namespace {

// PyTorch's rates at base rate 1; its index 0 is our step 1.
std::vector<double> golden(const std::string& name) {
  const std::string text =
      read_file(DLT_SOURCE_DIR "/tests/golden/optim/schedules.json", Exit::data);
  return nlohmann::json::parse(text)[name]["lr"].get<std::vector<double>>();
}

void check(const optim::Schedule& schedule, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("step " << i + 1);
    CHECK(schedule(static_cast<std::int64_t>(i) + 1) == Approx(expected[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("schedules give PyTorch's rates", "[optim][golden]") {
  check(ScheduleConfig{"cosine", 0, 0.1}.make(1, 40), golden("cosine"));
  check(ScheduleConfig{"cosine", 8}.make(1, 40), golden("linear_warmup_cosine"));
  check(ScheduleConfig{"linear", 8}.make(1, 40), golden("linear_warmup_linear"));
}

TEST_CASE("a warm-up starts at 0 and a schedule stays where it ended", "[optim]") {
  const auto cosine = ScheduleConfig{"cosine", 5, 0.25}.make(2, 30);
  CHECK(cosine(1) == 0);
  CHECK(cosine(2) == Approx(0.4));
  CHECK(cosine(6) == 2);
  CHECK(cosine(31) == Approx(0.25));
  CHECK(cosine(1000) == Approx(0.25));
  const auto constant = ScheduleConfig{"constant", 2}.make(2, 0);
  CHECK(constant(1) == 0);
  CHECK(constant(2) == 1);
  CHECK(constant(3) == 2);
  CHECK(constant(1000) == 2);
}

TEST_CASE("a warm-up longer than training only climbs", "[optim]") {
  const auto s = ScheduleConfig{"linear", 100}.make(1, 10);
  CHECK(s(10) == Approx(0.09));
  CHECK(s(101) == 1);
}

TEST_CASE("a schedule ends with training unless it has steps of its own", "[optim]") {
  CHECK(ScheduleConfig{"cosine"}.end(70) == 70);
  CHECK(ScheduleConfig{"cosine", 0, 0, 50}.end(70) == 50);
  CHECK(ScheduleConfig{"constant"}.end(70) == 0);
}

TEST_CASE("a schedule's name that is none says which there are", "[optim][errors]") {
  auto r = config::Reader::parse_text(R"({"name": "cosin"})", "a.json");
  CHECK_THROWS_WITH(ScheduleConfig::read(r),
                    "a.json:1:10: /name: expected one of constant, schedule.constant, linear, "
                    "schedule.linear, cosine, schedule.cosine, got \"cosin\" (string); did you "
                    "mean 'cosine'?");
}
