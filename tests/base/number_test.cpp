#include "base/number.h"

#include <catch2/catch.hpp>

using namespace dlt;

TEST_CASE("a number is the whole of a text, and finite", "[base]") {
  CHECK(parse_number("-1.5e3") == -1500);
  CHECK(parse_number("+2") == 2);
  for (const char* text : {"", "+", "+-2", "1 ", "0x10", "1e999", "nan", "inf", "one"}) {
    CHECK_FALSE(parse_number(text).has_value());
  }
}
