#include <catch2/catch.hpp>

#include "base/file.h"
#include "data/example_set.h"
#include "support/folder.h"
#include "support/model_files.h"

using namespace dlt;
using namespace std::string_literals;

namespace {

const std::string images = "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02"s + "\x00\xFF\x33\x66"s;
const std::string labels = "\0\0\x08\x01\0\0\0\x02\x05\x02"s;

struct Files {
  Files(const std::string& pixels, const std::string& classes) {
    write_file(folder / "images-idx3", pixels);
    write_file(folder / "labels-idx1", classes);
  }
  std::unique_ptr<data::ExampleSet> set(const std::string& more = "") const {
    const std::string in = folder.path();
    auto r = config::Reader::parse_text(R"({"valid_fraction": 0, "train_images": ")" + in +
                                            R"(/images-idx3", "train_labels": ")" + in +
                                            R"(/labels-idx1")" + more + "}",
                                        "c.json");
    auto made = data::make_idx_images(r, data::Target::classes);
    r.done();
    return made;
  }
  std::string refusal(const std::string& more = "", Exit exit = Exit::data) const {
    return test::message(folder, exit, [&] { set(more)->open(); });
  }
  test::Folder folder;
};

}  // namespace

TEST_CASE("IDX images come with their labels, scaled", "[data]") {
  const Files files(images, labels);
  const data::Examples train = files.set(R"(, "mean": [0.2], "std": [0.4])")->open().train;
  CHECK(train.item == Shape{1, 1, 2});
  CHECK(train.labels == std::vector<std::int32_t>{5, 2});
  CHECK(train.classes == 6);
  const auto batch = data::gather(train, std::vector<std::int64_t>{0, 1});
  const double expected[] = {-0.5, 2, 0, 0.5};
  for (int i = 0; i < 4; ++i) CHECK(batch.x.data()[i] == Approx(expected[i]).margin(1e-6));
  CHECK(files.set()->held_out(files.folder / "images-idx3").labels == train.labels);
}

TEST_CASE("images and labels that do not belong together are refused", "[data]") {
  CHECK(Files(images, labels + "\1").refusal() ==
        "'DIR/labels-idx1': offset 10: bytes follow the last element");
  CHECK(Files(images, "\0\0\x08\x01\0\0\0\x03\x05\x02\x01"s).refusal() ==
        "'DIR/labels-idx1': labels [3] do not fit the images [2, 1, 2] of 'DIR/images-idx3'");
  CHECK(Files(labels, labels).refusal() ==
        "'DIR/images-idx3': the array [2] is not one of images: 3 or 4 axes");
  CHECK(Files(images, labels).refusal(R"(, "mean": [0, 0], "std": [1, 1])", Exit::usage) ==
        "data.mean has 2 numbers, the images of 'DIR/images-idx3' have 1 channels");
  CHECK(Files("\0\0\x08\x03\0\0\0\0\0\0\0\x01\0\0\0\x02"s, "\0\0\x08\x01\0\0\0\0"s).refusal() ==
        "'DIR/images-idx3': there are no images in it");
  const Files files(images, labels);
  CHECK(
      files.refusal(R"(, "valid_images": ")" + (files.folder / "images-idx3") + '"', Exit::usage) ==
      "data.valid_labels names no file: give the labels of data.valid_images 'DIR/images-idx3'");
  write_file(files.folder / "pictures", images);
  CHECK(test::message(files.folder, Exit::usage,
                      [&] { files.set()->held_out(files.folder / "pictures"); }) ==
        "--data: the labels of 'DIR/pictures' cannot be found: its name has no 'images-idx3', in "
        "place of which theirs would have 'labels-idx1'");
  auto r = config::Reader::parse_text(R"({"name": "images.idx"})", "c.json");
  CHECK(test::failure([&] { data::make_idx_images(r, data::Target::numbers); }, Exit::usage) ==
        "c.json:1:10: /name: images.idx has classes to predict, not numbers: use the loss "
        "cross_entropy");
}
