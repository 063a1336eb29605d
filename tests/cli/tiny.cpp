#include "cli/tiny.h"

#include <catch2/catch.hpp>

#include "base/file.h"

namespace dlt::test {

Args train_tiny(const std::string& out, const Args& more) {
  Args args = {"train", "tests/cli/tiny.json", "--quiet", "--out", out};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

void make_tiny(const std::string& out, const Args& more) {
  const Ended run = dlt(train_tiny(out, more));
  CAPTURE(out);
  REQUIRE(run.err == "");
  REQUIRE(run.code == 0);
}

void refuses(const Args& args, int code, const std::string& sentence, const Around& around) {
  const Ended run = dlt(args, around);
  std::string command;
  for (const std::string& word : args) command += " " + word;
  CAPTURE(command);
  CHECK(run.out == "");
  CHECK(run.err.substr(0, run.err.find("\n  in ")) ==
        "dlt: " + sentence + (run.err.find("\n  in ") == std::string::npos ? "\n" : ""));
  CHECK(run.code == code);
}

std::string contents(const std::string& path) { return read_file(path, Exit::failed); }

void put(const std::string& path, std::string_view text) { write_file(path, text); }

}  // namespace dlt::test
