#include <catch2/catch.hpp>

#include "base/file.h"
#include "io/onnx_file.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::io {
namespace {

OnnxModel small_model() {
  OnnxModel m;
  m.graph = "g";
  m.nodes = {{"Conv",
              "first",
              {"x", "w"},
              {"y"},
              {{"group", std::int64_t{-1}}, {"pads", std::vector<std::int64_t>{0, 300}}}},
             {"Split", "", {"y"}, {"a", "b"}, {{"f", 1.5f}, {"mode", std::string("floor")}}}};
  m.constants = {{"w", {1, 2}, std::vector<float>{0.5f, -2}},
                 {"n", {}, std::vector<std::int64_t>{1LL << 40}},
                 {"none", {0}, std::vector<float>{}}};
  m.inputs = {{"x", {"batch", 3}}};
  m.outputs = {{"a", {}}, {"b", {7}}};
  m.metadata = {{"key", "value"}, {"empty", ""}};
  return m;
}

}  // namespace

TEST_CASE("an ONNX file holds what was written", "[io][onnx]") {
  const test::Folder folder;
  write_onnx(folder / "m.onnx", small_model());
  CHECK(read_onnx(folder / "m.onnx") == small_model());
}

// The bytes after protobuf.dev/programming-guides/encoding and the fields of onnx.proto.
TEST_CASE("the bytes of an ONNX file", "[io][onnx]") {
  const test::Folder folder;
  OnnxModel m;
  m.graph = "g";
  m.nodes = {{"Relu", "n", {"x"}, {"y"}}};
  write_onnx(folder / "m.onnx", m);
  using namespace std::string_literals;
  CHECK(read_file(folder / "m.onnx", Exit::failed) ==
        "\x08\x08"  // ir_version 8
        "\x12\x03"
        "dlt"       // producer_name
        "\x3a\x14"  // graph
        "\x0a\x0f"
        "\x0a\x01"
        "x"
        "\x12\x01"
        "y"
        "\x1a\x01"
        "n"
        "\x22\x04"
        "Relu"
        "\x12\x01"
        "g"
        "\x42\x04"
        "\x0a\x00"
        "\x10\x11"s);  // opset_import: domain "", version 17
}

TEST_CASE("files that are no ONNX models are refused", "[io][onnx]") {
  const test::Folder folder;
  const std::string path = folder / "m.onnx";
  const auto reason = [&](std::string_view bytes) {
    write_file(path, bytes);
    const std::string message = test::failure([&] { read_onnx(path); }, Exit::damaged);
    const std::string start = "'" + path + "' is no ONNX model: ";
    REQUIRE(message.substr(0, start.size()) == start);
    return message.substr(start.size());
  };
  CHECK(reason("") == "it has no graph");
  CHECK(reason("\x3a\x7f"
               "abc") == "it ends too early");
  CHECK(reason("\x3b") == "a field has no type of protobuf's");
  CHECK(reason("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") == "a number is too long");
  write_onnx(path, small_model());
  const std::string whole = read_file(path, Exit::failed);
  for (std::size_t n = 0; n < whole.size(); ++n) {  // any beginning is read or refused, no more
    write_file(path, whole.substr(0, n));
    try {
      read_onnx(path);
    } catch (const Error& e) {
      CHECK(e.exit() == Exit::damaged);
    }
  }
}

TEST_CASE("an ONNX file over 2 GiB is refused before it is made", "[io][onnx][.slow]") {
  const test::Folder folder;
  OnnxModel m;
  m.constants = {{"w", {1 << 29}, std::vector<float>(std::size_t{1} << 29)}};
  CHECK(test::failure([&] { write_onnx(folder / "m.onnx", m); }, Exit::failed) ==
        "'" + (folder / "m.onnx") +
            "' would have 2147483648 bytes, but an ONNX file may have 2 GiB at most: write the "
            "weights alone (dlt export weights), or make the model smaller");
  CHECK(folder.list().empty());
}

}  // namespace dlt::io
