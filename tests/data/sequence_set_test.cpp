#include "data/sequence_set.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/model_files.h"

using namespace dlt;

namespace {

using Made = std::unique_ptr<data::SequenceSet>;

Made set_of(data::MakeSequenceSet make, const std::string& json) {
  auto r = config::Reader::parse_text(json, "c.json");
  auto made = make(r);
  r.done();
  return made;
}

struct SetFile {
  explicit SetFile(const std::string& text) { write_file(path(), text); }
  std::string path() const { return folder / "f"; }
  std::string config(const std::string& more) const {
    return R"({"train": ")" + path() + R"(")" + more + "}";
  }
  Made set(data::MakeSequenceSet make, const std::string& more = "") const {
    return set_of(make, config(more));
  }
  std::string refusal(data::MakeSequenceSet make, const std::string& more = "") const {
    return test::message(folder, Exit::data, [&] { set(make, more)->open(); });
  }
  test::Folder folder;
};

std::string counted(int rows) {
  std::string text = "t,y\n";
  for (int i = 0; i < rows; ++i) text += fmt::format("{},{}\n", 100 * i, i);
  return text;
}

}  // namespace

TEST_CASE("texts are bytes up to a length, their labels sorted", "[data]") {
  const SetFile file("b\txyz\na\t\xc3\xa4\n");
  const auto set = file.set(data::make_text_classes, R"(, "longest": 2, "valid_fraction": 0)");
  const auto both = set->open();
  CHECK(both.valid.size == 0);
  CHECK(both.train.at(0).ids == std::vector<std::int32_t>{'x', 'y'});
  CHECK(both.train.at(0).label == 1);
  CHECK(both.train.at(1).ids == std::vector<std::int32_t>{0xc3, 0xa4});
  CHECK(set->read("").ids == std::vector<std::int32_t>{'\n'});
  CHECK(set->shape().outputs == 2);

  const auto other = set_of(data::make_text_classes, R"({"longest": 2})");
  other->restore(set->kept(), "data.json");
  CHECK(other->labels() == std::vector<std::string>{"a", "b"});
  write_file(file.folder / "v", "a\tq\nc\tq\n");
  CHECK(test::message(file.folder, Exit::data, [&] { other->held_out(file.folder / "v"); }) ==
        "DIR/v:2: class 'c' is not among those of the training data; known: a, b");
  CHECK(test::failure([&] { other->open(); }, Exit::usage) ==
        "data.train names no file: give one, with lines of label<TAB>text");
  CHECK(test::failure([&] { other->restore("{}", "r/data.json"); }, Exit::damaged) ==
        "'r/data.json' is damaged: it does not say what the classes are");
  CHECK(SetFile("a\tq\na\tr\n").refusal(data::make_text_classes) ==
        "'DIR/f': every line has the label 'a', so there is nothing to tell apart: at least two "
        "classes are needed");
}

TEST_CASE("windows of a series predict what follows, the last rows held out", "[data]") {
  const SetFile file(counted(20));
  const std::string more = R"(, "target": "y", "window": 3, "horizon": 2, "valid_fraction": 0.25)";
  const auto set = file.set(data::make_series, more);
  const auto both = set->open();
  // Rows 0 .. 14 have the mean 7 and the deviation sqrt(56 / 3).
  const double deviation = std::sqrt(56.0 / 3);
  CHECK(set->shape().unit == Approx(deviation));
  CHECK(both.train.size == 11);  // targets end at row 14
  const auto value = [&](real x) { return static_cast<double>(x) * deviation + 7; };
  const data::Sequence first = both.train.at(0), last = both.train.at(10);
  CHECK(value(first.numbers[0]) == Approx(0).margin(1e-5));
  CHECK(value(first.targets[0]) == Approx(3));
  CHECK(value(first.targets[1]) == Approx(4));
  CHECK(value(last.targets[1]) == Approx(14));
  REQUIRE(both.valid.size == 4);  // targets from row 15 on
  CHECK(value(both.valid.at(0).numbers[0]) == Approx(12));
  CHECK(value(both.valid.at(0).targets[0]) == Approx(15));
  CHECK(value(both.valid.at(3).targets[1]) == Approx(19));

  const auto other = file.set(data::make_series, more);
  other->restore(set->kept(), "data.json");
  CHECK(other->kept() == set->kept());
  CHECK(other->held_out("").size == 4);
  write_file(file.folder / "new", counted(6));
  CHECK(value(other->held_out(file.folder / "new").at(1).targets[1]) == Approx(5));
}

TEST_CASE("a series of several columns", "[data]") {
  const SetFile file(counted(9));
  const auto set =
      file.set(data::make_series, R"(, "columns": ["t", "y"], "window": 2, "valid_fraction": 0)");
  const auto both = set->open();
  CHECK(set->shape().channels == 2);
  CHECK(both.valid.size == 0);
  const data::Sequence s = both.train.at(0);
  REQUIRE(s.numbers.size() == 4);
  CHECK(s.numbers[0] == Approx(s.numbers[1]));  // both are on one line, standardized
  CHECK(s.targets.size() == 1);
}

TEST_CASE("what is wrong with a series is said", "[data]") {
  const auto refusal = [](const std::string& text, const std::string& more = "") {
    return SetFile(text).refusal(data::make_series, R"(, "window": 3, "horizon": 1)" + more);
  };
  CHECK(refusal("t,y\n1,2\n1,nan\n") == "DIR/f:3: column 'y': 'nan' is not a number");
  CHECK(refusal("t,y\n1,2\n1,1e99\n") ==
        "DIR/f:3: column 'y': 1e99 is too large: numbers go up to 3.4e38");
  CHECK(refusal("t,y\n1\n") == "DIR/f:2: 1 fields, the header has 2");
  CHECK(refusal("t,y\n1,2\n", R"(, "target": "z")") ==
        "DIR/f:1: there is no column 'z'; known: t, y");
  CHECK(refusal(counted(3)) ==
        "'DIR/f': 3 rows to train on hold no window of 3 rows with 1 more behind it: use a smaller "
        "data.window or data.horizon");
  const auto set = set_of(data::make_series, "{}");
  CHECK(test::failure([&] { set->open(); }, Exit::usage) ==
        "data.train names no file: give one, as in --set data.train=rows.csv");
  CHECK(test::failure([&] { set->restore("{", "r/data.json"); }, Exit::damaged) ==
        "'r/data.json' is damaged: it does not say what the columns of the data are");
  const SetFile file(counted(20));
  const auto made = file.set(data::make_series);
  made->restore(R"({"columns": ["y"], "target": "y", "mean": [0, 0], "deviation": [1, 1]})", "d");
  write_file(file.folder / "new", counted(5));
  CHECK(test::message(file.folder, Exit::data, [&] { made->held_out(file.folder / "new"); }) ==
        "'DIR/new': 5 rows hold no window of 64 rows with 1 more behind it");
}

TEST_CASE("pixels come row by row, with all channels of each", "[data]") {
  const test::Folder folder;
  // Two images of 2 channels, 1 x 2; labels 1 and 0.
  write_file(folder / "i-images-idx3",
             std::string("\0\0\x08\x04\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\0\0\x02"
                         "\x01\x02\x03\x04\x05\x06\x07\x08",
                         28));
  write_file(folder / "i-labels-idx1", std::string("\0\0\x08\x01\0\0\0\x02\x01\0", 10));
  const std::string json = R"({"train_images": ")" + (folder / "i-images-idx3") +
                           R"(", "train_labels": ")" + (folder / "i-labels-idx1") +
                           R"(", "valid_fraction": 0.5)";
  const auto set = set_of(data::make_pixels, json + "}");
  const auto both = set->open();
  CHECK(set->shape().channels == 2);
  CHECK(set->shape().longest == 2);
  CHECK(set->shape().outputs == 2);
  const Made other = set_of(data::make_pixels, "{}");
  other->restore(set->kept(), "data.json");
  const data::Sequence s = other->held_out(folder / "i-images-idx3").at(0);
  const real expected[] = {1, 3, 2, 4};
  for (std::size_t i = 0; i < 4; ++i) CHECK(s.numbers[i] * 255 == Approx(expected[i]));
  CHECK(s.label == 1);
  other->restore(R"({"channels": 1, "steps": 2, "classes": 2})", "data.json");
  CHECK(test::message(folder, Exit::data, [&] { other->held_out(folder / "i-images-idx3"); }) ==
        "'DIR/i-images-idx3': images have 2 channels, those for training 1");
  other->restore(R"({"channels": 2, "steps": 2, "classes": 1})", "data.json");
  CHECK(test::message(folder, Exit::data, [&] { other->held_out(folder / "i-images-idx3"); }) ==
        "'DIR/i-images-idx3': there are 2 classes, 1 for training");
  CHECK(test::failure([&] { other->restore("{}", "r/data.json"); }, Exit::damaged) ==
        "'r/data.json' is damaged: it does not say what the images are like");
  CHECK(test::failure([&] { set_of(data::make_pixels, R"({"augment": {"flip": true}})"); },
                      Exit::usage) ==
        "c.json:1:13: /augment: pixels in a row are neither mirrored nor moved: leave it out");
}
