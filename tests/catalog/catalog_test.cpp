#include "catalog/catalog.h"

#include <catch2/catch.hpp>

#include "base/error.h"

using namespace dlt;

TEST_CASE("every public name is well formed and means one thing", "[catalog]") {
  REQUIRE_NOTHROW(catalog::everything());
  for (const catalog::Item& item : catalog::everything()) {
    INFO(item.kind << " " << item.names.canonical());
    CHECK_FALSE(item.summary.empty());
    CHECK(catalog::find(item.names.canonical()).size() >= 1);
    if (item.attributes) CHECK_NOTHROW(item.attributes());
  }
}

TEST_CASE("an unknown public name is answered with the nearest", "[catalog][errors]") {
  CHECK_THROWS_WITH(catalog::find("nn.liner"),
                    "unknown name 'nn.liner': did you mean 'nn.linear'?");
  CHECK_THROWS_WITH(catalog::find("zzzzzzzzzz"),
                    "unknown name 'zzzzzzzzzz': `dlt api list` shows all names");
}
