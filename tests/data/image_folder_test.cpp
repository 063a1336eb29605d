#include <catch2/catch.hpp>
#include <filesystem>

#include "base/file.h"
#include "base/parallel.h"
#include "data/example_set.h"
#include "support/folder.h"
#include "support/model_files.h"
#include "support/pictures.h"

using namespace dlt;
namespace fs = std::filesystem;

namespace {

std::string flat(std::uint8_t red, std::uint8_t green, std::uint8_t blue, std::int64_t side = 4) {
  vision::Image image = vision::blank(side, side, 3);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    image.pixels[i] = red;
    image.pixels[i + 1] = green;
    image.pixels[i + 2] = blue;
  }
  return vision::encode_png(image);
}

struct Pictures {
  void put(const std::string& name, const std::string& bytes) const {
    const std::string path = folder / name;
    fs::create_directories(fs::path(path).parent_path());
    write_file(path, bytes);
  }
  // Two classes with two pictures each.
  void put_four() const {
    put("set/cat/a.png", flat(10, 20, 30));
    put("set/cat/b.jpg", test::jpeg_file(8, 6, {test::JpegColours::grey}, {70}));
    put("set/dog/deep/c.jpg", flat(40, 50, 60, 9));
    put("set/dog/d.png", flat(70, 80, 90));
    put("set/dog/.hidden", "x");
    put("set/readme.txt", "x");
  }
  std::unique_ptr<data::ExampleSet> set(const std::string& more = "",
                                        const std::string& train = "set") const {
    auto r = config::Reader::parse_text(R"({"train": ")" + (folder / train) + '"' + more + "}",
                                        "c.json");
    r.preset(R"({"valid_fraction": 0, "size": 2})");
    auto made = data::make_image_folder(r, data::Target::classes);
    r.done();
    return made;
  }
  std::string refusal(const std::string& more = "", const std::string& train = "set",
                      Exit exit = Exit::data) const {
    return test::message(folder, exit, [&] { set(more, train)->open(); });
  }
  test::Folder folder;
};

}  // namespace

TEST_CASE("a folder for each class becomes examples", "[data]") {
  const Pictures p;
  p.put_four();
  const auto set = p.set();
  const data::Examples all = set->open().train;
  CHECK(all.item == Shape{3, 2, 2});
  CHECK(all.labels == std::vector<std::int32_t>{0, 0, 1, 1});
  CHECK(all.classes == 2);
  CHECK(set->class_names() == std::vector<std::string>{"cat", "dog"});
  const std::vector<std::uint8_t> first(all.pixels.begin(), all.pixels.begin() + 12);
  CHECK(first == std::vector<std::uint8_t>{10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30});
  CHECK(all.pixels[12] == 70);
  CHECK(all.pixels[12 + 11] == 70);
  const data::Examples grey = p.set(R"(, "channels": 1, "size": [1, 3])")->open().train;
  CHECK(grey.item == Shape{1, 1, 3});
  CHECK(grey.pixels.size() == 12);
  set_threads(3);
  CHECK(p.set()->open().train.pixels == all.pixels);
  set_threads(1);
}

TEST_CASE("classes are kept with a run", "[data]") {
  const Pictures p;
  p.put_four();
  const auto set = p.set(R"(, "valid_fraction": 0.5)");
  const data::ExampleSplit both = set->open();
  CHECK(both.train.size() == 2);
  CHECK(both.valid.size() == 2);
  p.put("other/dog/x.png", flat(1, 2, 3));
  const auto again = p.set(R"(, "valid_fraction": 0.5)");
  again->restore(set->kept(), "data.json");
  CHECK(again->held_out(p.folder / "other").labels == std::vector<std::int32_t>{1});
  CHECK(again->held_out("").labels == both.valid.labels);
  CHECK(again->held_out("").pixels == both.valid.pixels);
  CHECK(test::failure([&] { again->restore("{}", "data.json"); }, Exit::damaged) ==
        "'data.json' is damaged: it does not say what the classes are");
}

TEST_CASE("a CSV file names pictures and labels", "[data]") {
  const Pictures p;
  p.put_four();
  p.put("set/all.csv", "label,path\n10,cat/a.png\n9,dog/d.png\n10,dog/deep/c.jpg\n");
  const auto set = p.set("", "set/all.csv");
  CHECK(set->open().train.labels == std::vector<std::int32_t>{1, 0, 1});
  CHECK(set->class_names() == std::vector<std::string>{"9", "10"});
  CHECK(p.refusal(R"(, "classes": ["10", "11"])", "set/all.csv") ==
        "DIR/set/all.csv:3: class '9' is not among data.classes; known: 10, 11");
  p.put("set/valid.csv", "path,label\ncat/a.png,10\ndog/d.png,12\n");
  CHECK(p.refusal(R"(, "valid": ")" + (p.folder / "set/valid.csv") + '"', "set/all.csv") ==
        "DIR/set/valid.csv:3: class '12' is not among those of the training data; did you mean "
        "'10'?");
}

TEST_CASE("class folders that cannot be learned from are refused", "[data][errors]") {
  const Pictures p;
  p.put_four();
  CHECK(p.refusal("", "none") ==
        "data.train: there is no file 'DIR/none' (paths start at the folder that dlt is run in)");
  CHECK(
      p.refusal("", "set/cat") ==
      "'DIR/set/cat': there are no folders in it: pictures are wanted in a folder for each class, "
      "or a CSV file with the columns path and label");
  fs::create_directories(p.folder / "set/empty");
  CHECK(p.refusal() ==
        "'DIR/set/empty': there are no pictures in the folder of this class: put "
        "some in, or remove it");
  p.put("alone/cat/a.png", flat(1, 2, 3));
  CHECK(p.refusal("", "alone") ==
        "'DIR/alone': there is one class alone, 'cat': at least two are needed to be told apart");
  CHECK(p.refusal(R"(, "valid": ")" + (p.folder / "set") + '"', "alone") ==
        "'DIR/alone': there is one class alone, 'cat': at least two are needed to be told apart");
  CHECK(p.refusal(R"(, "mean": [0, 0], "std": [1, 1])", "set", Exit::usage) ==
        "c.json:1:" + std::to_string(23 + (p.folder / "set").size()) +
            ": /mean: expected one number, or one for each of 3 channels");
}

TEST_CASE("pictures that cannot be read stop, or are left out", "[data][errors]") {
  const Pictures p;
  p.put_four();
  p.put("set/cat/bad.png", flat(1, 2, 3).substr(0, 50));
  p.put("set/dog/e.gif", "GIF89a");
  const std::string first =
      "'DIR/set/cat/bad.png' cannot be read as a picture: the PNG is damaged: the file ends early";
  CHECK(p.refusal() == "'DIR/set': 2 of 6 pictures cannot be read, the first: " + first +
                           "; `dlt data check` lists them all, and \"on_bad\": \"skip\" goes on "
                           "without them");
  const auto set = p.set(R"(, "on_bad": "skip")");
  CHECK(set->open().train.labels == std::vector<std::int32_t>{0, 0, 1, 1});
  const auto found = set->check();
  REQUIRE(found.size() == 1);
  CHECK(found[0].bad.size() == 2);
  CHECK(found[0].examples == 4);
  CHECK(found[0].smallest == std::array<std::int64_t, 2>{4, 4});
  CHECK(found[0].largest == std::array<std::int64_t, 2>{9, 9});
  CHECK(found[0].classes[0].second == 3);
}

TEST_CASE("pictures too many for this machine are refused before one is read", "[data][errors]") {
  const Pictures p;
  std::string rows = "path,label\n";
  for (int i = 0; i < 3000; ++i) rows += i % 2 == 0 ? "a.png,a\n" : "b.png,b\n";
  p.put("many.csv", rows);
  const std::string text = p.refusal(R"(, "size": 16384)", "many.csv");
  CHECK_THAT(text,
             Catch::StartsWith("'DIR/many.csv': its 3000 pictures take 2415.9 GB of memory at "
                               "this data.size, more than half of this machine's "));
}

TEST_CASE("pictures and masks are pairs", "[data]") {
  const Pictures p;
  const auto mask = [](std::vector<std::uint8_t> classes) {
    return vision::encode_png({2, 2, 1, std::move(classes)}, {{0, 0, 0}, {9, 9, 9}, {5, 5, 5}});
  };
  const auto set = [&](const std::string& more = "") {
    auto r = config::Reader::parse_text(R"({"train": ")" + (p.folder / "m") + '"' + more + "}",
                                        "c.json");
    r.preset(R"({"valid_fraction": 0, "size": 2})");
    return data::make_image_masks(r, data::Target::classes);
  };
  const auto refusal = [&](const std::string& more = "") {
    return test::message(p.folder, Exit::data, [&] { set(more)->open(); });
  };
  p.put("m/images/a.jpg", test::jpeg_file(2, 2, {}, {5, 6, 7}));
  CHECK(refusal() ==
        "'DIR/m': there is no folder 'masks' in it: pictures are wanted in images/, and "
        "PNGs of the same names with a class for each pixel in masks/");
  p.put("m/masks/other.png", "x");
  CHECK(refusal() == "'DIR/m/images/a.jpg' has no mask: there is no file 'DIR/m/masks/a.png'");
  p.put("m/masks/a.png", mask({0, 1, 2, 0}));
  const auto made = set();
  const data::Examples all = made->open().train;
  CHECK(all.masks == std::vector<std::uint8_t>{0, 1, 2, 0});
  CHECK(all.classes == 3);
  CHECK(made->class_names() == std::vector<std::string>{"0", "1", "2"});
  CHECK(made->check().at(0).classes[0].second == 2);
  CHECK(refusal(R"(, "classes": ["background", "thing"])") ==
        "'DIR/m/masks/a.png': class 2 is out of range: there are 2 classes, 0 to 1, and 255 for "
        "pixels that do not count");
  p.put("m/images/b.png", flat(1, 2, 3, 3));
  p.put("m/masks/b.png", mask({0, 1, 2, 0}));
  CHECK(refusal() ==
        "'DIR/m': 1 of 2 pictures cannot be read, the first: 'DIR/m/masks/b.png' has 2 x 2 pixels, "
        "its picture 'DIR/m/images/b.png' 3 x 3; `dlt data check` lists them all, and \"on_bad\": "
        "\"skip\" goes on without them");
}
