#include "io/json_file.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"

using namespace dlt;

TEST_CASE("a JSON file is read, or its mistake has a place", "[io][json]") {
  const test::Folder folder;
  const auto path = folder / "config.json";
  write_file(path, R"({"n_layer": 2, "é": [1.5]})");
  CHECK(io::read_json(path, Exit::damaged)["é"][0] == 1.5);

  const auto mistake = [&](const std::string& text) {
    write_file(path, text);
    return test::failure([&] { io::read_json(path, Exit::damaged); }, Exit::damaged)
        .substr(folder.path().size() + 1);
  };
  CHECK(mistake("{\n \"a\" 1}") == "config.json:2:6: not valid JSON: expected ':' after the key");
  CHECK(mistake("// no\n{}") == "config.json:1:1: not valid JSON: comments are not allowed here");
  CHECK(mistake("") == "config.json:1:1: not valid JSON: the file is empty");
}
