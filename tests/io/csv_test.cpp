#include "io/csv.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/failure.h"

using namespace dlt;

namespace {

using Table = std::vector<std::pair<std::int64_t, io::CsvFields>>;

Table read(std::string_view text, char separator = ',') {
  Table rows;
  io::read_csv(text, "f.csv", separator,
               [&](io::CsvFields& fields, std::int64_t line) { rows.emplace_back(line, fields); });
  return rows;
}

std::string refusal(std::string_view text) {
  return test::failure([&] { read(text); }, Exit::data);
}

}  // namespace

TEST_CASE("records are split as RFC 4180 has it", "[io]") {
  CHECK(read("a,b\n1,2\n") == Table{{1, {"a", "b"}}, {2, {"1", "2"}}});
  CHECK(read("a,b\r\n,\r\n") == Table{{1, {"a", "b"}}, {2, {"", ""}}});
  CHECK(read("\xEF\xBB\xBF"
             "a\n\n\nb") == Table{{1, {"a"}}, {4, {"b"}}});
  CHECK(read("\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\nc") ==
        Table{{1, {"a,b", "say \"hi\"", "two\nlines"}}, {3, {"c"}}});
  CHECK(read("a;b\n", ';') == Table{{1, {"a", "b"}}});
  CHECK(read("a,\n") == Table{{1, {"a", ""}}});
  CHECK(read("").empty());
}

TEST_CASE("quotes out of place are refused with their line", "[io]") {
  CHECK(refusal("a\nb\"c\n") ==
        "f.csv:2: a quote inside an unquoted field; quote the whole field and double the quote");
  CHECK(refusal("a\n\"b\nc") == "f.csv:2: a quote is opened here and never closed");
  CHECK(refusal("\"a\"b,c\n") == "f.csv:1: text follows the closing quote of a field");
}
