#include "base/error.h"

#include <catch2/catch.hpp>

using namespace dlt;

TEST_CASE("an error tells what was going on, innermost first", "[base][error]") {
  const std::string path = "a.json";
  const Frame config("config", path);
  try {
    const Frame step("step", 120);
    const Frame layer("layer", "layers.3.mixer");
    require(1 > 2, Exit::diverged, "the loss is {}", "nan");
  } catch (const Error& e) {
    CHECK(std::string(e.what()) ==
          "the loss is nan\n  in layer layers.3.mixer\n  in step 120\n  in config a.json");
    CHECK(e.exit() == Exit::diverged);
    CHECK(std::string(e.where().file).ends_with("error_test.cpp"));
    CHECK(e.where().line == 13);
  }
}

TEST_CASE("frames close with their scope", "[base][error]") {
  { const Frame gone("step", 1); }
  CHECK_THROWS_WITH(fail("it failed"), "it failed");
  CHECK_THROWS_WITH(fail(Exit::data, "{}:{}: it failed", "a.txt", 3), "a.txt:3: it failed");
}

TEST_CASE("bytes that no terminal should get are written out", "[base][error]") {
  const std::string bytes("a\0\x1b[2J\x7f\xff\xc2\x9b\tq\xc3\xa9\xe4\xb8", 16);
  CHECK_THROWS_WITH(fail("got '{}'", bytes),
                    "got 'a\\x00\\x1b[2J\\x7f\\xff\\xc2\\x9b\tq\xc3\xa9\\xe4\\xb8'");
}

TEST_CASE("without a code of its own an error is exit 1", "[base][error]") {
  try {
    require(false, "no");
  } catch (const Error& e) {
    CHECK(static_cast<int>(e.exit()) == 1);
  }
  CHECK_NOTHROW(require(true, "no"));
}
