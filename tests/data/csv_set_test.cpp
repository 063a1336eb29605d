#include <catch2/catch.hpp>

#include "base/file.h"
#include "data/example_set.h"
#include "support/folder.h"
#include "support/model_files.h"

using namespace dlt;

namespace {

std::unique_ptr<data::ExampleSet> set_of(const std::string& json, data::Target target) {
  auto r = config::Reader::parse_text(json, "c.json");
  auto made = data::make_csv(r, target);
  r.done();
  return made;
}

struct File {
  explicit File(const std::string& text) { write_file(path(), text); }
  std::string path() const { return folder / "f.csv"; }
  std::string config(const std::string& more = "") const {
    return R"({"train": ")" + path() + R"(", "valid_fraction": 0)" + more + "}";
  }
  // The message when the file is opened.
  std::string refusal(data::Target target, const std::string& more = "",
                      Exit exit = Exit::data) const {
    return test::message(folder, exit, [&] { set_of(config(more), target)->open(); });
  }
  test::Folder folder;
};

}  // namespace

TEST_CASE("columns are chosen by name or number and scaled by the training part", "[data]") {
  const File file("id,x,kind,y\n7,1,b,10\n8,3,a,20\n9,5,b,30\n");
  auto set =
      set_of(file.config(R"(, "columns": ["x", "-1"], "target": "kind")"), data::Target::classes);
  const data::Examples train = set->open().train;
  CHECK(train.item == Shape{2});
  CHECK(train.labels == std::vector<std::int32_t>{1, 0, 1});
  CHECK(train.classes == 2);
  const double edge = 2 / std::sqrt(8.0 / 3);
  const double expected[] = {-edge, -edge, 0, 0, edge, edge};
  for (std::size_t i = 0; i < 6; ++i) CHECK(train.numbers[i] == Approx(expected[i]).margin(1e-6));

  auto other =
      set_of(file.config(R"(, "columns": ["x", "-1"], "target": "kind")"), data::Target::classes);
  other->restore(set->kept(), "data.json");
  CHECK(other->kept() == set->kept());
  write_file(file.folder / "new.csv", "kind,y,x\na,40,7\n");
  const data::Examples held_out = other->held_out(file.folder / "new.csv");
  CHECK(held_out.labels == std::vector<std::int32_t>{0});
  CHECK(held_out.numbers[0] == Approx(2 * edge));
}

TEST_CASE("several targets, no header, another separator, no scaling", "[data]") {
  const File file("1;2;3;4\n5;6;7;8\n");
  const data::Examples all =
      set_of(file.config(R"(, "header": false, "separator": ";", "target": ["3", "0"],
                             "normalize": false)"),
             data::Target::numbers)
          ->open()
          .train;
  CHECK(all.numbers == std::vector<real>{2, 3, 6, 7});
  CHECK(all.targets == std::vector<real>{4, 1, 8, 5});
  CHECK(all.outputs == 2);
}

TEST_CASE("classes that are numbers are in the order of their values", "[data]") {
  const File file("x,c\n1,10\n1,9\n1,-1\n1,10\n");
  CHECK(set_of(file.config(), data::Target::classes)->open().train.labels ==
        std::vector<std::int32_t>{2, 1, 0, 2});
}

TEST_CASE("what is wrong with a CSV file is said with its line", "[data]") {
  using enum data::Target;
  CHECK(File("x,y\n1,2\n1,2,3\n").refusal(numbers) == "DIR/f.csv:3: 3 fields, the header has 2");
  CHECK(File("1,2\n1\n").refusal(numbers, R"(, "header": false)") ==
        "DIR/f.csv:2: 1 fields, the first line has 2");
  CHECK(File("x,y\n1,2\n,2\n").refusal(numbers) == "DIR/f.csv:3: column 'x': '' is not a number");
  CHECK(File("x,y\nnan,2\n").refusal(numbers) == "DIR/f.csv:2: column 'x': 'nan' is not a number");
  CHECK(File("x,price\n1,2\n").refusal(numbers, R"(, "target": "prise")") ==
        "DIR/f.csv:1: there is no column 'prise'; did you mean 'price'?");
  CHECK(File("x,y\n1,2\n").refusal(numbers, R"(, "target": "2")") ==
        "DIR/f.csv:1: there is no column '2'; known: x, y");
  CHECK(File("y\n1\n").refusal(numbers) == "DIR/f.csv:1: there is no column beside the target");
  CHECK(File("y,x,y\n1,2,3\n").refusal(numbers) == "DIR/f.csv:1: column 'y' is there twice");
  CHECK(File("x,y\n").refusal(numbers) == "'DIR/f.csv': there are no rows in it");
  CHECK(File("x,y\n1,2\n").refusal(numbers, R"(, "columns": ["x", "y"])", Exit::usage) ==
        "data.columns: 'y' is what is to be predicted");
  const File labels("x,c\n1,cat\n2,dog\n");
  auto set = set_of(labels.config(), classes);
  set->open();
  write_file(labels.folder / "new.csv", "x,c\n1,cat\n1,dgo\n");
  CHECK(
      test::message(labels.folder, Exit::data, [&] { set->held_out(labels.folder / "new.csv"); }) ==
      "DIR/new.csv:3: column 'c': class 'dgo' is not among those of the training data; did you "
      "mean 'dog'?");
  CHECK(test::failure([] { set_of(R"({"train": "nope.csv"})", numbers)->open(); }, Exit::data) ==
        "data.train: there is no file 'nope.csv' (paths start at the folder that dlt is run in)");
  CHECK(test::failure([] { set_of("{}", numbers)->open(); }, Exit::usage) ==
        "data.train names no file: give one, as in --set data.train=rows.csv");
}

TEST_CASE("what is wrong with a CSV config is said with its place", "[data]") {
  using enum data::Target;
  CHECK(test::failure([] { set_of(R"({"separator": ", "})", numbers); }, Exit::usage) ==
        "c.json:1:15: /separator: expected one character, as in \",\" or \";\" or \"\\t\"");
  CHECK(test::failure([] { set_of(R"({"target": ["a", "b"]})", classes); }, Exit::usage) ==
        "c.json:1:12: /target: expected one column, which holds the class");
}

TEST_CASE("a run's data.json that is damaged says so", "[data]") {
  auto set = set_of("{}", data::Target::numbers);
  CHECK(test::failure([&] { set->restore("{", "r/data.json"); }, Exit::damaged) ==
        "'r/data.json' is damaged: it does not say what the columns of the data are");
  CHECK(test::failure(
            [&] {
              set->restore(R"({"columns": ["a"], "target": ["b"], "mean": [],
                                            "deviation": [], "classes": []})",
                           "r/data.json");
            },
            Exit::damaged) == "'r/data.json' is damaged: its lists are not of one length");
}
