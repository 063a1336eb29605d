#include "io/safetensors.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "support/folder.h"
#include "support/paths.h"

using namespace dlt;
using io::SafetensorsFile;

namespace {

std::string with_length(const std::string& header, const std::string& data = "") {
  std::string out;
  for (std::size_t i = 0, n = header.size(); i < 8; ++i, n >>= 8) out += static_cast<char>(n & 255);
  return out + header + data;
}

// The message for a file of these bytes, without the folder.
std::string message(const std::string& bytes, const std::string& read = "") {
  const test::Folder folder;
  write_file(folder / "a.st", bytes);
  try {
    const SafetensorsFile file(folder / "a.st");
    if (!read.empty()) file.tensor(read);
    if (!read.empty()) file.indices(read);
  } catch (const Error& e) {
    CHECK(e.exit() == Exit::damaged);
    const std::string what = e.what();
    return what.substr(what.find("a.st"));
  }
  return "no error";
}

// A header with one tensor 'a' of these members.
std::string one(const std::string& members, std::size_t data) {
  return with_length("{\"a\":{" + members + "}}", std::string(data, '\0'));
}

std::string member(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets;
}

}  // namespace

TEST_CASE("a file that is not safetensors is damaged", "[io][safetensors]") {
  CHECK(message("") ==
        "a.st: not a safetensors file: it has 0 bytes, the header's length alone takes 8");
  CHECK(message("1234567") ==
        "a.st: not a safetensors file: it has 7 bytes, the header's length alone takes 8");
  CHECK(message("hello, world") ==
        "a.st: not a safetensors file: its header would have 8583909746840200552 bytes, at most "
        "100000000 are allowed");
  CHECK(message(std::string("\x09\0\0\0\0\0\0\0{}", 10)) ==
        "a.st: cut short: its header has 9 bytes, only 2 follow");
  CHECK(message(with_length("")) ==
        "a.st: not a safetensors file: its header does not start with '{'");
  CHECK(message(with_length(" {}")) ==
        "a.st: not a safetensors file: its header does not start with '{'");
}

TEST_CASE("a header that is not JSON is damaged", "[io][safetensors]") {
  CHECK(message(with_length("{\"a\"}")) ==
        "a.st: the header is not valid JSON at byte 12: expected ':' after the key");
  CHECK(message(with_length("{\"\xFF\":{}}")) ==
        "a.st: the header is not valid JSON at byte 10: bytes that are not UTF-8");
  CHECK(message(with_length("{\"a\":{},\"a\":{}}")) ==
        "a.st: the header is not valid JSON at byte 16: key 'a' appears twice in this object");
  CHECK(message(with_length("{}x")) ==
        "a.st: the header is not valid JSON at byte 10: something follows the end of the value");
}

TEST_CASE("metadata is an object of strings", "[io][safetensors]") {
  CHECK(message(with_length(R"({"__metadata__":[]})")) ==
        "a.st: __metadata__ is not an object of strings");
  CHECK(message(with_length(R"({"__metadata__":{"step":1}})")) ==
        "a.st: __metadata__ 'step' is not a string");
}

TEST_CASE("a tensor's description is complete and typed", "[io][safetensors]") {
  CHECK(message(with_length(R"({"a":1})")) == "a.st: tensor 'a' is not described by an object");
  CHECK(message(one(R"("shape":[],"data_offsets":[0,4])", 4)) == "a.st: tensor 'a' has no dtype");
  CHECK(message(one(R"("dtype":"F32","data_offsets":[0,4])", 4)) ==
        "a.st: tensor 'a' has no shape");
  CHECK(message(one(R"("dtype":"F32","shape":[])", 4)) == "a.st: tensor 'a' has no data_offsets");
  CHECK(message(one(R"("dtype":7,"shape":[],"data_offsets":[0,4])", 4)) ==
        "a.st: tensor 'a': dtype is not a string");
  CHECK(message(one(member("F31", "[]", "[0,4]"), 4)) ==
        "a.st: tensor 'a': unknown dtype 'F31'; did you mean 'F32'?");
  for (const char* shape : {"3", "[-1]", "[1.5]", "[\"2\"]", "[9223372036854775808]"}) {
    CHECK(message(one(member("F32", shape, "[0,4]"), 4)) ==
          "a.st: tensor 'a': shape is not a list of integers >= 0");
  }
  for (const char* offsets : {"4", "[0]", "[0,4,4]", "[-4,0]", "[0,4.0]"}) {
    CHECK(message(one(member("F32", "[1]", offsets), 4)) ==
          "a.st: tensor 'a': data_offsets is not a list of two integers >= 0");
  }
}

TEST_CASE("shape, dtype and offsets agree", "[io][safetensors]") {
  CHECK(message(one(member("F32", "[2]", "[4,0]"), 8)) ==
        "a.st: tensor 'a': data_offsets [4, 0] end before they begin");
  CHECK(message(one(member("F32", "[2, 3]", "[0,20]"), 20)) ==
        "a.st: tensor 'a': F32 [2, 3] takes 24 bytes, its data_offsets [0, 20] span 20");
  CHECK(message(one(member("F32", "[4294967296,4294967296]", "[0,4]"), 4)) ==
        "a.st: tensor 'a': shape [4294967296, 4294967296] is larger than any file");
  CHECK(message(one(member("F4", "[3]", "[0,2]"), 2)) ==
        "a.st: tensor 'a': F4 [3] does not fill whole bytes");
  CHECK(message(one(member("F4", "[4]", "[0,2]"), 2)) == "no error");
  CHECK(message(one(member("F6_E2M3", "[4]", "[0,3]"), 3)) == "no error");
}

TEST_CASE("the tensors fill the data exactly", "[io][safetensors]") {
  CHECK(message(one(member("F32", "[1]", "[4,8]"), 8)) ==
        "a.st: tensor 'a' starts at byte 4 of the data, the tensors before it end at 0: a hole of "
        "4 bytes");
  const std::string overlap = "{\"a\":{" + member("F32", "[2]", "[0,8]") + "},\"b\":{" +
                              member("F32", "[2]", "[4,12]") + "}}";
  CHECK(message(with_length(overlap, std::string(12, 'x'))) ==
        "a.st: tensor 'b' starts at byte 4 of the data, the tensors before it end at 8: an overlap "
        "of 4 bytes");
  CHECK(message(one(member("F32", "[1]", "[0,4]"), 3)) ==
        "a.st: cut short: its tensors take 4 bytes of data, only 3 are there");
  CHECK(message(one(member("F32", "[1000000000000]", "[0,4000000000000]"), 8)) ==
        "a.st: cut short: its tensors take 4000000000000 bytes of data, only 8 are there");
  CHECK(message(one(member("F32", "[1]", "[0,4]"), 5)) ==
        "a.st: the file goes on after its last tensor, bytes: 1");
  CHECK(message(with_length("{}", "x")) ==
        "a.st: the file goes on after its last tensor, bytes: 1");
}

TEST_CASE("reading a tensor as what it is not is an error", "[io][safetensors]") {
  const auto i64 = one(member("I64", "[1]", "[0,8]"), 8);
  CHECK(message(i64, "b") == "a.st: there is no tensor 'b'");
  CHECK(message(i64, "a") == "a.st: tensor 'a' is I64 [1], expected one of F64, F32, F16, BF16");
  CHECK(message(one(member("F32", "[1]", "[0,4]"), 4), "a") ==
        "a.st: tensor 'a' is F32 [1], expected one of I64, I32, I16, U16, U8, I8, BOOL");
}

TEST_CASE("an integer beyond 32 bits is an error", "[io][safetensors]") {
  const test::Folder folder;
  const std::string data("\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 16);
  write_file(folder / "a.st",
             with_length("{\"ids\":{" + member("I64", "[2]", "[0,16]") + "}}", data));
  CHECK_THROWS_WITH(
      SafetensorsFile(folder / "a.st").indices("ids"),
      (folder / "a.st") + ": tensor 'ids': element 1 is 4294967296, which does not fit 32 bits");
}

TEST_CASE("a file that is missing is damaged, and says why", "[io][safetensors]") {
  CHECK_THROWS_WITH(SafetensorsFile("/nowhere/a.st"),
                    "cannot open '/nowhere/a.st': No such file or directory");
}

TEST_CASE("half precision becomes the value it stands for", "[io][safetensors]") {
  const test::Folder folder;
  // 1, -2, the smallest subnormal, the largest finite, -0, infinity, the largest subnormal
  const std::uint16_t half[] = {0x3C00, 0xC000, 0x0001, 0x7BFF, 0x8000, 0x7C00, 0x03FF, 0x7E00};
  const std::uint16_t brain[] = {0x3F80, 0xC000, 0x7F80};
  std::string data(sizeof half + sizeof brain, '\0');
  std::memcpy(data.data(), half, sizeof half);
  std::memcpy(data.data() + sizeof half, brain, sizeof brain);
  write_file(folder / "a.st", with_length("{\"h\":{" + member("F16", "[8]", "[0,16]") +
                                              "},\"b\":{" + member("BF16", "[3]", "[16,22]") + "}}",
                                          data));
  const SafetensorsFile file(folder / "a.st");
  const auto h = file.tensor("h");
  const double expected[] = {1, -2, 0x1p-24, 65504, -0.0, INFINITY, 0x1p-14 - 0x1p-24};
  for (std::size_t i = 0; i < 7; ++i) CHECK(h.values()[i] == static_cast<real>(expected[i]));
  CHECK(std::signbit(h.values()[4]));
  CHECK(std::isnan(h.values()[7]));
  CHECK(file.tensor("b").values()[1] == -2);
  CHECK(std::isinf(file.tensor("b").values()[2]));
}

TEST_CASE("every integer type becomes Indices, at any address", "[io][safetensors]") {
  const test::Folder folder;
  std::string header = "{", data;
  const auto add = [&](const std::string& dtype, const std::string& bytes) {
    const auto begin = std::to_string(data.size());
    data += bytes;
    header += (header.size() > 1 ? ",\"" : "\"") + dtype + "\":{" +
              member(dtype, "[1]", "[" + begin + "," + std::to_string(data.size()) + "]") + "}";
  };
  add("U8", "\xC8");
  add("I64", "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  add("I32", "\xFD\xFF\xFF\xFF");
  add("I16", "\xFC\xFF");
  add("U16", "\xFC\xFF");
  add("I8", "\xFB");
  add("BOOL", "\1");
  write_file(folder / "a.st", with_length(header + "}", data));
  const SafetensorsFile file(folder / "a.st");
  const std::map<std::string, int> expected = {
      {"U8", 200}, {"I64", -2}, {"I32", -3}, {"I16", -4}, {"U16", 65532}, {"I8", -5}, {"BOOL", 1}};
  for (const auto& [name, value] : expected) CHECK(file.indices(name).values()[0] == value);
  CHECK(file.tensors().empty());
}

TEST_CASE("the written bytes are exactly these", "[io][safetensors]") {
  const test::Folder folder;
  io::write_safetensors(folder / "a.st",
                        {{{"w", Tensor::from({2}, {1, 2})}, {"b", Tensor::from({}, {3})}},
                         {{"ids", Indices({1}, {-1})}},
                         {{"step", "7"}, {"format", "pt"}}});
  const std::string bytes = read_file(folder / "a.st", Exit::failed);
  const std::string header =
      sizeof(real) == 4
          ? R"({"__metadata__":{"format":"pt","step":"7"},"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"w":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})"
          : R"({"__metadata__":{"format":"pt","step":"7"},"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[],"data_offsets":[8,16]},"w":{"dtype":"F64","shape":[2],"data_offsets":[16,32]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  const real values[] = {3, 1, 2};
  std::string data(8, '\xFF');
  data.append(reinterpret_cast<const char*>(values), sizeof values);
  CHECK(bytes == with_length(padded, data));
}

TEST_CASE("what is written reads back equal", "[io][safetensors]") {
  const test::Folder folder;
  std::vector<std::int32_t> many(10'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int32_t>(i) - 5000;
  io::write_safetensors(folder / "a.st",
                        {{{"x", Tensor::from({2, 1}, {real(-1.5), real(INFINITY)})},
                          {"empty", Tensor::zeros({0, 3})}},
                         {{"many", Indices({10'000}, many)}},
                         {{"name", "é \"quoted\"\n"}}});
  const SafetensorsFile file(folder / "a.st");
  CHECK(file.metadata() == io::Metadata{{"name", "é \"quoted\"\n"}});
  CHECK(file.tensor("x").shape() == Shape{2, 1});
  CHECK(file.tensor("x").values()[0] == real(-1.5));
  CHECK(file.tensor("empty").shape() == Shape{0, 3});
  CHECK(file.indices("many").values() == many);
  CHECK(file.tensors().size() == 2);
}

TEST_CASE("lists of large integers and bytes are written", "[io][safetensors]") {
  const test::Folder folder;
  const std::vector<std::int64_t> counts = {5'000'000'000, -1};
  io::SafetensorsContent content;
  content.counts["counts"] = counts;
  content.bytes["text"] = "abc";
  content.tensors["x"] = Tensor::zeros({2});
  io::write_safetensors(folder / "a.st", content);
  const SafetensorsFile file(folder / "a.st");
  const auto& entry = file.entries().at("counts");
  CHECK(entry.dtype == "I64");
  CHECK(entry.shape == Shape{2});
  CHECK(std::memcmp(entry.bytes.data(), counts.data(), 16) == 0);
  CHECK(file.entries().at("text").dtype == "U8");
  CHECK(std::memcmp(file.entries().at("text").bytes.data(), "abc", 3) == 0);
  CHECK(file.tensor("x").shape() == Shape{2});
  content.bytes["x"] = "twice";
  CHECK_THROWS_WITH(io::write_safetensors(folder / "b.st", content),
                    "cannot write '" + folder / "b.st" + "': 'x' is given twice");
}

TEST_CASE("an empty safetensors file is valid", "[io][safetensors]") {
  const test::Folder folder;
  io::write_safetensors(folder / "a.st", {});
  CHECK(read_file(folder / "a.st", Exit::failed) == with_length("{}      "));
  CHECK(SafetensorsFile(folder / "a.st").entries().empty());
}

TEST_CASE("a name that no reader would accept is not written", "[io][safetensors]") {
  const test::Folder folder;
  const auto path = folder / "a.st";
  const Tensor t = Tensor::zeros({1});
  CHECK_THROWS_WITH(io::write_safetensors(path, {{{"__metadata__", t}}, {}, {}}),
                    "cannot write '" + path + "': no tensor may be called __metadata__");
  CHECK_THROWS_WITH(io::write_safetensors(path, {{{"\xFF", t}}, {}, {}}),
                    "cannot write '" + path + "': a tensor's name is not UTF-8");
  CHECK_THROWS_WITH(io::write_safetensors(path, {{{"a", t}}, {{"a", Indices()}}, {}}),
                    "cannot write '" + path + "': 'a' is given twice");
  CHECK(folder.list().empty());
}

TEST_CASE("a file of the reference writer is reproduced byte for byte", "[io][safetensors]") {
  if (sizeof(real) != 4) return;  // the double build writes F64
  const test::Folder folder;
  const std::string golden = test::in_source("tests/golden/gpt2/model.safetensors");
  const SafetensorsFile file(golden);
  io::write_safetensors(folder / "a.st", {file.tensors(), {}, file.metadata()});
  CHECK((read_file(folder / "a.st", Exit::failed) == read_file(golden, Exit::failed)));
}
