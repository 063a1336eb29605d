#include "config/reader.h"

#include <array>
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "support/failure.h"

using namespace dlt;
using config::Reader;

namespace {

struct Settings {
  std::string name;
  bool bias = true;
  std::int64_t layers = 2, threads = 1, offset = 0;
  double lr = 3e-4, dropout = 0, bound = 1;
  std::string mode = "mean", note;
  std::vector<double> betas = {0.9, 0.999};
};

Settings read(Reader& root) {
  Settings s;
  auto model = root.child("model");
  s.name = model.required("name");
  model.field("layers", s.layers);
  model.field("bias", s.bias);
  model.field("dropout", s.dropout, 0, 1);
  model.field("mode", s.mode, {"mean", "sum"});
  auto train = root.child("train");
  train.field("threads", s.threads, 1, 64);
  train.field("offset", s.offset, INT64_MIN);
  train.field("lr", s.lr, 0, DBL_MAX);
  train.field("bound", s.bound, -INFINITY, INFINITY);
  train.field("betas", s.betas, 0, 1);
  train.field("note", s.note);
  root.done();
  return s;
}

Settings read(const std::string& text, const std::vector<std::string>& set = {}) {
  auto root = Reader::parse_text(text, "a.json");
  for (const std::string& assignment : set) root.set(assignment);
  return read(root);
}

std::string message(const std::string& text, const std::vector<std::string>& set = {}) {
  return test::failure([&] { read(text, set); }, Exit::usage);
}

std::string in_model(const std::string& member) {
  return message(R"({"model": {"name": "m", )" + member + "}}");
}

std::string in_train(const std::string& member) {
  return message(R"({"model": {"name": "m"}, "train": {)" + member + "}}");
}

}  // namespace

TEST_CASE("a wrong value is reported with its place, what it is and what is allowed", "[config]") {
  CHECK(in_model(R"("layers": "6")") ==
        R"(a.json:1:35: /model/layers: expected an integer >= 1, got "6" (string))");
  CHECK(in_model(R"("layers": 0)") ==
        "a.json:1:35: /model/layers: expected an integer >= 1, got 0 (number)");
  CHECK(in_model(R"("layers": 2.5)") ==
        "a.json:1:35: /model/layers: expected an integer >= 1, got 2.5 (number)");
  CHECK(in_model(R"("layers": 9223372036854775808)") ==
        "a.json:1:35: /model/layers: expected an integer >= 1, got 9223372036854775808 (number)");
  CHECK(in_model(R"("layers": 1e30)") ==
        "a.json:1:35: /model/layers: expected an integer >= 1, got 1e+30 (number)");
  CHECK(in_model(R"("bias": 1)") ==
        "a.json:1:33: /model/bias: expected true or false, got 1 (number)");
  CHECK(in_model(R"("dropout": 1.5)") ==
        "a.json:1:36: /model/dropout: expected a number in [0, 1], got 1.5 (number)");
  CHECK(
      in_model(R"("mode": "men")") ==
      R"(a.json:1:33: /model/mode: expected one of mean, sum, got "men" (string); did you mean 'mean'?)");
  CHECK(in_model(R"("mode": 3)") ==
        "a.json:1:33: /model/mode: expected one of mean, sum, got 3 (number)");
  CHECK(in_train(R"("threads": 65)") ==
        "a.json:1:47: /train/threads: expected an integer in [1, 64], got 65 (number)");
  CHECK(in_train(R"("offset": [])") ==
        "a.json:1:46: /train/offset: expected an integer, got [] (array)");
  CHECK(in_train(R"("lr": -1)") ==
        "a.json:1:42: /train/lr: expected a number >= 0, got -1 (number)");
  CHECK(in_train(R"("bound": "nan")") ==
        R"(a.json:1:45: /train/bound: expected a number, got "nan" (string))");
  CHECK(in_train(R"("note": {"a": 1})") ==
        R"(a.json:1:44: /train/note: expected a string, got {"a":1} (object))");
  CHECK(in_train(R"("betas": 0.9)") ==
        "a.json:1:45: /train/betas: expected a list of numbers in [0, 1], got 0.9 (number)");
  CHECK(in_train(R"("betas": [0.9, 2])") ==
        "a.json:1:51: /train/betas/1: expected a number in [0, 1], got 2 (number)");
}

TEST_CASE("long values are cut between characters", "[config]") {
  std::string list = "[1";
  for (int i = 0; i < 50; ++i) list += ",1";
  CHECK(in_train("\"note\": " + list + "]") ==
        "a.json:1:44: /train/note: expected a string, got " + list.substr(0, 60) + "... (array)");
}

TEST_CASE("structure: required keys, objects, unknown keys", "[config]") {
  CHECK(message("{\n  \"model\": {}\n}") == "a.json:2:12: /model/name: is required, a string");
  CHECK(message("\n {}") == "a.json:2:2: /model/name: is required, a string");
  CHECK(message(R"({"model": {"name": null}})") ==
        "a.json:1:20: /model/name: is required, a string");
  CHECK(message(R"({"model": 3})") == "a.json:1:11: /model: expected an object, got 3 (number)");
  CHECK(message("[1]") == "a.json:1:1: expected one JSON object, got [1] (array)");
  CHECK(in_model("\n\"layer\": 1") ==
        "a.json:2:1: /model/layer: is not a known key; did you mean 'layers'?");
  CHECK(in_model(R"("x": null)") ==
        "a.json:1:25: /model/x: is not a known key; known: bias, dropout, layers, mode, name");
  CHECK(message(R"({"model": {"name": "é"}, "trian": {"a": 1}})") ==
        "a.json:1:26: /trian: is not a known key; did you mean 'train'?");
}

TEST_CASE("text that is not JSON is reported with place and reason", "[config]") {
  CHECK(message("") == "a.json:1:1: not valid JSON: the file is empty");
  CHECK(message("{\n  \"model\": {\n") ==
        "a.json:3:1: not valid JSON: expected a key in double quotes");
  CHECK(message("{\"a\": 1 \"b\": 2}") == "a.json:1:9: not valid JSON: expected ',' or '}'");
  CHECK(message("{\"a\": 1,\n}") ==
        "a.json:1:8: not valid JSON: a comma before '}' is not allowed");
  CHECK(message("{\"a\": 1, \"b\": {\"a\": 1, \"\\u0061\": 2}}") ==
        "a.json:1:24: not valid JSON: key 'a' appears twice in this object");
  CHECK(message("{\"a\": 01}") == "a.json:1:7: not valid JSON: a number may not start with 0");
  CHECK(message("{\"a\": 1e999}") == "a.json:1:7: not valid JSON: this number is too large");
  CHECK(message("{\"a\": \"\xFF\"}") == "a.json:1:8: not valid JSON: bytes that are not UTF-8");
  CHECK(message("{\"a\": True}") ==
        "a.json:1:7: not valid JSON: expected a value: a number, a \"string\", true, false, null, "
        "[list] or {object}");
}

TEST_CASE("a config file that cannot be read is a usage error", "[config]") {
  try {
    Reader::parse_file("/nowhere/a.json");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.exit() == Exit::usage);
    CHECK(std::string(e.what()) == "cannot open '/nowhere/a.json': No such file or directory");
  }
}

TEST_CASE("comments, null and integers in any spelling are accepted", "[config]") {
  const Settings s = read(R"(// the model
    {"model": {"name": "m", /* deep */ "layers": 1e1, "bias": null, "dropout": 1},
     "train": {"threads": 3.0, "offset": -5, "betas": []}})");
  CHECK(s.layers == 10);
  CHECK(s.bias);
  CHECK(s.dropout == 1);
  CHECK(s.threads == 3);
  CHECK(s.offset == -5);
  CHECK(s.betas.empty());
  CHECK(s.lr == 3e-4);
}

TEST_CASE("--set replaces and adds values of any type", "[config]") {
  const Settings s = read(R"({"model": {"name": "m", "layers": 3}})",
                          {"model.layers=2", "train.betas=[0.9,0.95]", "train.note=a=b.txt",
                           "model.bias=false", "train.lr=1e-3"});
  CHECK(s.layers == 2);
  CHECK(s.betas == std::vector<double>{0.9, 0.95});
  CHECK(s.note == "a=b.txt");
  CHECK(!s.bias);
  CHECK(s.lr == 1e-3);
}

TEST_CASE("--set reaches into lists", "[config]") {
  auto r = Reader::parse_text(R"({"layers": [{"size": 1}, {"size": 2}]})", "a.json");
  r.set("layers.1.size=7");
  auto layers = r.children("layers");
  std::int64_t size = 0;
  layers.at(1).field("size", size);
  CHECK(size == 7);
  for (const char* wrong : {"layers.2.size=1", "layers.x.size=1", "layers.-1=1"}) {
    const std::string path = std::string(wrong).substr(0, std::string(wrong).find('='));
    const std::string key = path.substr(7, path.find('.', 7) - 7);
    CHECK(test::failure([&] { r.set(wrong); }, Exit::usage) ==
          "--set " + path + ": /layers is a list of 2: '" + key + "' is none of 0 to 1");
  }
}

TEST_CASE("mistakes of --set name the assignment", "[config]") {
  const std::string text = R"({"model": {"name": "m", "layers": 0}})";
  CHECK(message(text, {"model.layers=x"}) ==
        R"(--set model.layers: expected an integer >= 1, got "x" (string))");
  CHECK(message(text, {"model={\"name\":\"m\",\"layers\":-1}"}) ==
        "--set model: /model/layers: expected an integer >= 1, got -1 (number)");
  CHECK(message(text, {"model.layers=1", "model.layrs=2"}) ==
        "--set model.layrs: is not a known key; did you mean 'layers'?");
  CHECK(message(text, {"model.layers=1", "modle.layers=2"}) ==
        "--set modle.layers: /modle: is not a known key; did you mean 'model'?");
  CHECK(message(text, {"model.layers.deep=1"}) ==
        "--set model.layers.deep: /model/layers is not an object but 0 (number)");
  CHECK(message(text, {"model.layers"}) ==
        "--set model.layers: expected the form a.b=value, as in --set train.steps=100");
  CHECK(message(text, {"model..layers=1"}) ==
        "--set model..layers=1: expected the form a.b=value, as in --set train.steps=100");
  CHECK(message(text, {"train.note=\xFF"}) == "--set: the assignment is not UTF-8 text");
  CHECK(message(text, {"model={}"}) == "--set model: /model/name: is required, a string");
}

TEST_CASE("fail() is for mistakes only the caller can see", "[config]") {
  auto root = Reader::parse_text(R"({"model": {"width": 10}})", "a.json");
  CHECK_THROWS_WITH(root.child("model").fail("width", "is not a multiple of heads (3)"),
                    "a.json:1:21: /model/width: is not a multiple of heads (3)");
}

TEST_CASE("the resolved config keeps the order of reading and reads back equal", "[config]") {
  auto root = Reader::parse_text(
      R"({"train": {"lr": 0.1, "bound": 1e-7}, "model": {"dropout": 0.30000000000000004, "name": "é/~"}})",
      "a.json");
  const Settings first = read(root);
  const std::string text = root.resolved();
  const auto keys = nlohmann::ordered_json::parse(text);
  CHECK(keys.begin().key() == "model");
  CHECK(keys["model"].begin().key() == "name");
  CHECK(keys["train"].contains("betas"));

  auto again = Reader::parse_text(text, "config.json");
  const Settings second = read(again);
  CHECK(second.dropout == first.dropout);
  CHECK(second.bound == 1e-7);
  CHECK(second.name == "é/~");
  CHECK(again.resolved() == text);
}

TEST_CASE("keys with / and ~ and digits are ordinary keys", "[config]") {
  auto root = Reader::parse_text(R"({"names": {"0": "cat", "a/b~c": "dog"}})", "a.json");
  auto names = root.child("names");
  CHECK(names.required("0") == "cat");
  CHECK(names.required("a/b~c") == "dog");
  root.done();
  CHECK(nlohmann::json::parse(root.resolved())["names"]["0"] == "cat");
}

namespace {

enum class Border { zero, mirror };

struct Kernel {
  std::array<std::int64_t, 2> size{3, 3};
  std::vector<std::int64_t> dims = {-1};
  std::optional<double> scale;
  Border border = Border::zero;
};

Kernel read_kernel(Reader& r) {
  Kernel k;
  r.field("size", k.size, 1, 9);
  r.field("dims", k.dims, -4, 4);
  r.field("scale", k.scale, 0, 1);
  r.choice("border", k.border, {{"zero", Border::zero}, {"mirror", Border::mirror}});
  r.done();
  return k;
}

std::string kernel_message(const std::string& text) {
  auto r = Reader::parse_text(text, "a.json");
  return test::failure([&] { read_kernel(r); }, Exit::usage);
}

}  // namespace

TEST_CASE("pairs, lists of integers, optional numbers and choices", "[config]") {
  auto r =
      Reader::parse_text(R"({"size": 5, "dims": [0, 2], "scale": 0.5, "border": "mirror"})", "");
  const Kernel k = read_kernel(r);
  CHECK(k.size == std::array<std::int64_t, 2>{5, 5});
  CHECK(k.dims == std::vector<std::int64_t>{0, 2});
  CHECK(k.scale == 0.5);
  CHECK(k.border == Border::mirror);
  auto defaults = Reader::parse_text(R"({"size": [1, 2], "dims": 3})", "");
  const Kernel d = read_kernel(defaults);
  CHECK(d.size == std::array<std::int64_t, 2>{1, 2});
  CHECK(d.dims == std::vector<std::int64_t>{3});
  CHECK_FALSE(d.scale);

  CHECK(kernel_message(R"({"size": [1, 2, 3]})") ==
        "a.json:1:10: /size: expected an integer in [1, 9] or a list of two: height, width, got 3 "
        "numbers");
  CHECK(kernel_message(R"({"size": [1, 0]})") ==
        "a.json:1:14: /size/1: expected an integer in [1, 9], got 0 (number)");
  CHECK(kernel_message(R"({"dims": "x"})") ==
        "a.json:1:10: /dims: expected an integer in [-4, 4] or a list of them, got \"x\" (string)");
  CHECK(kernel_message(R"({"scale": 2})") ==
        "a.json:1:11: /scale: expected a number in [0, 1], got 2 (number)");
  CHECK(kernel_message(R"({"border": "miror"})") ==
        "a.json:1:12: /border: expected one of zero, mirror, got \"miror\" (string); did you mean "
        "'mirror'?");
}

TEST_CASE("what was read documents itself", "[config]") {
  auto r = Reader::parse_text(R"({"count": 7})", "");
  std::int64_t count = 0;
  r.need("count", "an integer");
  r.field("count", count);
  read_kernel(r);
  std::string text;
  for (const auto& a : r.attributes()) {
    text += a.pointer + " | " + a.fallback + " | " + a.expected + "\n";
  }
  CHECK(text ==
        "/count |  | an integer >= 1\n"
        "/size | [3,3] | an integer in [1, 9] or a list of two: height, width\n"
        "/dims | [-1] | an integer in [-4, 4] or a list of them\n"
        "/scale | null | a number in [0, 1] or null\n"
        "/border | \"zero\" | one of zero, mirror\n");
  auto empty = Reader::parse_text("{}", "a.json");
  CHECK(test::failure([&] { empty.need("count", "an integer"); }, Exit::usage) ==
        "a.json:1:1: /count: is required, an integer");
}

TEST_CASE("an old name is read and leaves one warning", "[config]") {
  const Registry<int> registry("layer", {{Names{{"layers.new", "old"}, {}, {"old"}}, "", 1}});
  auto r = Reader::parse_text(R"({"a": "old", "b": "old", "c": "odl"})", "a.json");
  std::string name;
  CHECK(r.named("a", name, registry).make == 1);
  r.named("b", name, registry);
  CHECK(r.warnings() == std::vector<std::string>{"layer 'old' is an old name: write 'layers.new'"});
  CHECK(test::failure([&] { r.named("c", name, registry); }, Exit::usage) ==
        "a.json:1:31: /c: unknown layer 'odl'; known: layers.new");
}

TEST_CASE("a list of objects is read one by one", "[config]") {
  const auto read_pets = [](const std::string& text) {
    auto root = Reader::parse_text(text, "a.json");
    std::string all;
    for (Reader& pet : root.children("pets")) {
      std::vector<std::string> names;
      std::optional<double> age;
      std::vector<std::int64_t> toys;
      pet.field("names", names);
      pet.field("age", age, 0, 100);
      pet.field("toys", toys, 0);
      for (const std::string& name : names) all += name + " ";
    }
    root.done();
    return std::pair(all, root.resolved());
  };
  const auto [names, resolved] = read_pets(
      R"({"pets": [{"names": "Ada", "age": 3}, {"names": ["Bo", "Cy"], "toys": [1, 2e0]}]})");
  CHECK(names == "Ada Bo Cy ");
  CHECK(nlohmann::json::parse(resolved) == nlohmann::json::parse(R"({"pets": [
      {"names": ["Ada"], "age": 3.0, "toys": []},
      {"names": ["Bo", "Cy"], "age": null, "toys": [1, 2]}]})"));
  CHECK(read_pets(resolved).second == resolved);
  CHECK(nlohmann::json::parse(read_pets("{}").second)["pets"] == nlohmann::json::array());

  const auto mistake = [&](const std::string& text) {
    return test::failure([&] { read_pets(text); }, Exit::usage);
  };
  CHECK(mistake(R"({"pets": {}})") ==
        "a.json:1:10: /pets: expected a list of objects, got {} (object)");
  CHECK(mistake(R"({"pets": [{}, 3]})") ==
        "a.json:1:15: /pets/1: expected an object, got 3 (number)");
  CHECK(mistake(R"({"pets": [{}, {"name": 1}]})") ==
        "a.json:1:16: /pets/1/name: is not a known key; did you mean 'names'?");
  CHECK(
      mistake(R"({"pets": [{"names": ["x", 1]}]})") ==
      "a.json:1:21: /pets/0/names: expected a string or a list of strings, got [\"x\",1] (array)");
  CHECK(mistake(R"({"pets": [{"age": 101}]})") ==
        "a.json:1:19: /pets/0/age: expected a number in [0, 100], got 101 (number)");
  CHECK(
      mistake(R"({"pets": [{"toys": true}]})") ==
      "a.json:1:20: /pets/0/toys: expected an integer >= 0 or a list of them, got true (boolean)");
  CHECK(mistake(R"({"pets": [{"toys": [1, -1]}]})") ==
        "a.json:1:24: /pets/0/toys/1: expected an integer >= 0, got -1 (number)");
}
