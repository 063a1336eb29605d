#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using nlohmann::json;

void make_shapes(const std::string& out, const Args& more = {}) {
  Args args = {"data", "make", "shapes", "--count", "40", "--size", "24", "--out", out};
  args.insert(args.end(), more.begin(), more.end());
  const Ended run = dlt(args);
  REQUIRE(run.err == "");
  REQUIRE(run.code == 0);
}

// A config of a small network of the shapes in a folder.
void put_config(const std::string& path, const std::string& data) {
  put(path, R"({"model": {"name": "net.sequential", "layers": [
    {"name": "layers.conv2d", "out_channels": 4, "kernel_size": 3, "stride": 2}, {"name": "layers.relu"},
    {"name": "layers.flatten"}, {"name": "layers.linear", "out_features": 6}]},
    "data": )" + data +
                R"(, "train": {"steps": 3, "batch": 8}})");
}

std::string folder_data(const std::string& train, const std::string& more = "") {
  return R"({"name": "images.folder", "size": 16, "train": ")" + train + '"' + more + "}";
}

}  // namespace

TEST_CASE("shapes are drawn: the same seed, the same bytes", "[cli][pictures]") {
  const Folder folder;
  make_shapes(folder / "a");
  make_shapes(folder / "b", {"--threads", "3"});
  make_shapes(folder / "c", {"--seed", "2"});
  for (const char* file :
       {"/labels.csv", "/boxes.json", "/images/000007.png", "/masks/000039.png"}) {
    CAPTURE(file);
    CHECK(contents(folder / "a" + file) == contents(folder / "b" + file));
    CHECK(contents(folder / "a" + file) != contents(folder / "c" + file));
  }
  const json boxes = json::parse(contents(folder / "a/boxes.json"));
  CHECK(boxes["images"].size() == 40);
  CHECK(boxes["categories"][0] == json{{"id", 1}, {"name", "circle"}});
  CHECK(boxes["annotations"].size() >= 40);
  CHECK(boxes["annotations"][0]["bbox"].size() == 4);
  refuses({"data", "make", "shapes", "--out", folder / "a"}, 2,
          "'" + (folder / "a") + "' is not an empty folder: choose another --out");
}

TEST_CASE("a classifier learns pictures from files", "[cli][pictures]") {
  const Folder folder;
  make_shapes(folder / "shapes");
  put_config(folder / "c.json",
             folder_data(folder / "shapes/labels.csv",
                         R"(, "augment": {"flip": true, "crop": [0.6, 1], "mixup": 0.2})"));
  const Ended run = dlt({"train", folder / "c.json", "--quiet", "--out", folder / "run"});
  CHECK(run.err == "");
  REQUIRE(run.code == 0);
  const json kept = json::parse(contents(folder / "run/data.json"));
  CHECK(kept["classes"].size() == 6);
  CHECK(dlt({"eval", folder / "run", "--json"}).code == 0);
  CHECK(dlt({"eval", folder / "run", "--data", folder / "shapes/labels.csv"}).code == 0);
}

TEST_CASE("bad pictures stop training, or are left out with a warning", "[cli][pictures]") {
  const Folder folder;
  make_shapes(folder / "shapes");
  const std::string bad = folder / "shapes/images/000003.png";
  std::filesystem::resize_file(bad, 100);
  put_config(folder / "c.json",
             folder_data(folder / "shapes/labels.csv", R"(, "valid_fraction": 0)"));
  const std::string reason =
      "'" + bad + "' cannot be read as a picture: the PNG is damaged: the file ends early";
  const std::string set =
      "'" + (folder / "shapes/labels.csv") + "': 1 of 40 pictures cannot be read";
  refuses({"train", folder / "c.json", "--quiet", "--out", folder / "run"}, 3,
          set + ", the first: " + reason +
              "; `dlt data check` lists them all, and \"on_bad\": \"skip\" goes on without them");
  CHECK_FALSE(std::filesystem::exists(folder / "run"));
  const Ended run = dlt({"train", folder / "c.json", "--quiet", "--out", folder / "run", "--set",
                         "data.on_bad=skip"});
  CHECK(run.code == 0);
  CHECK(run.err == "dlt: warning: " + set + " and are left out, the first: " + reason + "\n");

  const Ended check = dlt({"data", "check", folder / "c.json"});
  CHECK(check.code == 3);
  CHECK(check.err == "");
  CHECK_THAT(check.out, Catch::Contains("examples    39\n") && Catch::Contains("bad         1\n") &&
                            Catch::Contains("    " + reason + "\n"));
  const Ended as_json = dlt({"data", "check", folder / "c.json", "--json"});
  CHECK(as_json.code == 3);
  CHECK(json::parse(as_json.out)["parts"][0]["bad"][0] == reason);
}

TEST_CASE("what data are is shown, of any set of examples", "[cli][pictures]") {
  const Ended fashion = dlt({"data", "check", "configs/smoke/cnn-fashion.json", "--json"});
  CHECK(fashion.code == 0);
  const json all = json::parse(fashion.out);
  CHECK(all["bad"] == 0);
  CHECK(all["parts"][0]["classes"].size() == 10);
  CHECK(dlt({"data", "check", "configs/smoke/mlp-moons.json"}).code == 0);
  const Folder folder;
  make_shapes(folder / "shapes");
  put(folder / "m.json",
      R"({"data": {"name": "images.masks", "train": ")" + (folder / "shapes") + "\"}}");
  const Ended masks = dlt({"data", "check", folder / "m.json"});
  CHECK(masks.code == 0);
  CHECK_THAT(masks.out, Catch::Contains("sizes       24 x 24 to 24 x 24"));
  put_config(folder / "c.json",
             R"({"name": "images.masks", "size": 24, "train": ")" + (folder / "shapes") + "\"}");
  refuses(
      {"train", folder / "c.json", "--quiet", "--out", folder / "run"}, 2,
      "the training data: this model learns one class for a picture, not one for each pixel: use "
      "images.folder");
}

TEST_CASE("data that cannot be checked are refused", "[cli][pictures]") {
  const Folder folder;
  put(folder / "c.json", R"({"data": {"name": "images.foldr"}})");
  refuses({"data", "check", folder / "c.json"}, 2,
          (folder / "c.json") +
              ":1:19: /data/name: unknown data set 'images.foldr'; did you mean 'images.folder'?");
  put(folder / "c.json", R"({"data": {"name": "images.folder"}})");
  refuses(
      {"data", "check", folder / "c.json"}, 2,
      "data.train names no pictures: give a folder with a folder for each class in it, or a CSV "
      "file with the columns path and label");
  refuses({"data", "check", "configs/linreg.json", "--set", "data.train=none.csv"}, 3,
          "data.train: there is no file 'none.csv' (paths start at the folder that dlt is run in)");
  refuses({"data", "make", "shapes", "--size", "8", "--out", folder / "s"}, 2,
          "--size: expected an integer in [16, 4096], got '8' (see `dlt data make shapes --help`)");
}

}  // namespace dlt::test
