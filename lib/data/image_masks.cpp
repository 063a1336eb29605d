#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/picture_files.h"

namespace dlt::data {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<PictureFile>;
using Names = std::vector<std::string>;

// images/NAME.jpg has the class of each pixel in masks/NAME.png.
Files pairs_in(const std::string& key, const std::string& folder) {
  check_file(key, folder);
  const fs::path images = fs::path(folder) / "images", masks = fs::path(folder) / "masks";
  for (const fs::path& p : {images, masks}) {
    require(fs::is_directory(p), Exit::data,
            "'{}': there is no folder '{}' in it: pictures are wanted in images/, and PNGs of the "
            "same names with a class for each pixel in masks/",
            folder, p.filename().string());
  }
  Files files;
  for (std::string& path : files_below(images.string())) {
    const fs::path within = fs::path(path).lexically_relative(images);
    fs::path mask = masks / within;
    mask.replace_extension(".png");
    require(fs::exists(mask), Exit::data, "'{}' has no mask: there is no file '{}'", path,
            mask.string());
    files.push_back({std::move(path), mask.string(), ""});
  }
  require(!files.empty(), Exit::data, "'{}': there are no pictures in it", images.string());
  return files;
}

class ImageMasks : public ExampleSet {
 public:
  explicit ImageMasks(config::Reader& r) : reader_(r) {
    r.field("train", train_);
    r.field("valid", valid_);
    r.field("valid_fraction", valid_fraction_, 0, 0.9);
    r.field("classes", classes_);
    if (std::ssize(classes_) > unmarked) r.fail("classes", "there can be 255 of them");
    format_.read(r);
    augment_ = read_augment(r, Mixing::no);
  }

  ExampleSplit open() override {
    const auto [train, valid] = list_both();
    ExampleSplit both;
    both.train = load_all(train, train_);
    if (classes_.empty()) learn_classes(both.train);
    check_classes(both.train, train, train_);
    both.valid = read(valid, valid_.empty() ? train_ : valid_);
    return both;
  }
  Examples held_out(const std::string& file) override {
    if (!file.empty()) return read(pairs_in("--data", file), file);
    return read(list_both().second, valid_.empty() ? train_ : valid_);
  }
  std::vector<Findings> check() override;

  std::string kept() const override {
    return nlohmann::ordered_json({{"classes", classes_}}).dump(2) + "\n";
  }
  void restore(const std::string& json, const std::string& path) override {
    try {
      classes_ = nlohmann::json::parse(json).at("classes").get<Names>();
    } catch (const nlohmann::json::exception&) {
      classes_.clear();
    }
    require(!classes_.empty(), Exit::damaged,
            "'{}' is damaged: it does not say what the classes are", path);
  }

  Augment augment() const override { return augment_; }
  Names class_names() const override { return classes_; }
  Normalization normalization() const override { return {format_.mean, format_.deviation}; }

 private:
  std::pair<Files, Files> list_both() const {
    require(!train_.empty(), Exit::usage,
            "data.train names no folder: give one with pictures in images/ and masks/");
    const Files train = pairs_in("data.train", train_);
    if (valid_.empty()) return split_files(train, valid_fraction_);
    return {train, pairs_in("data.valid", valid_)};
  }

  Examples load_all(const Files& files, const std::string& source) {
    if (files.empty()) return {};
    Pictures p = load(files, format_, source, on_progress);
    reader_.warn(left_out(p, source));
    return std::move(p.examples);
  }
  Examples read(const Files& files, const std::string& source) {
    Examples all = load_all(files, source);
    check_classes(all, files, source);
    return all;
  }
  void learn_classes(const Examples& train);
  void check_classes(Examples& all, const Files& files, const std::string& source) const;

  config::Reader reader_;  // for warnings
  std::string train_, valid_;
  double valid_fraction_ = 0.1;
  Names classes_;
  PictureFormat format_;
  Augment augment_;
};

void ImageMasks::learn_classes(const Examples& train) {
  int most = 0;
  for (std::uint8_t c : train.masks) most = c == unmarked ? most : std::max<int>(most, c);
  for (int c = 0; c <= most; ++c) classes_.push_back(std::to_string(c));
}

void ImageMasks::check_classes(Examples& all, const Files& files, const std::string& source) const {
  all.classes = std::ssize(classes_);
  const auto wrong = std::ranges::find_if(
      all.masks, [&](std::uint8_t c) { return c >= all.classes && c != unmarked; });
  if (wrong == all.masks.end()) return;
  const auto which = static_cast<std::size_t>((wrong - all.masks.begin()) / all.area());
  // After unreadable files have been left out, numbers are no longer those of the list.
  const std::string& name = all.size() == std::ssize(files) ? files[which].mask : source;
  fail(Exit::data,
       "'{}': class {} is out of range: there are {} classes, 0 to {}, and {} for pixels that do "
       "not count",
       name, *wrong, all.classes, all.classes - 1, unmarked);
}

std::vector<Findings> ImageMasks::check() {
  const auto [train, valid] = list_both();
  std::vector<Findings> all;
  for (const Files* files : {&train, &valid}) {
    if (files->empty()) continue;
    std::vector<std::int64_t> counts(256);
    Findings f = look(*files, on_progress, [&](const vision::Image& mask) {
      for (std::uint8_t c : mask.pixels) ++counts[c];
    });
    f.part = files == &train ? "train" : "valid";
    f.source = files == &train || valid_.empty() ? train_ : valid_;
    f.bytes = f.examples * (format_.channels + 1) * format_.size[0] * format_.size[1];
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (c >= classes_.size() && counts[c] == 0) continue;
      f.classes.emplace_back(c == unmarked         ? "unmarked"
                             : c < classes_.size() ? classes_[c]
                                                   : std::to_string(c),
                             counts[c]);
      if (!classes_.empty() && c >= classes_.size() && c != unmarked) {
        f.bad.push_back(fmt::format("'{}': class {} is out of range: there are {} classes",
                                    f.source, c, classes_.size()));
      }
    }
    all.push_back(std::move(f));
  }
  return all;
}

}  // namespace

std::unique_ptr<ExampleSet> make_image_masks(config::Reader& data, Target target) {
  if (target == Target::numbers) {
    data.fail("name",
              "images.masks has classes to predict, not numbers: use the loss cross_entropy");
  }
  return std::make_unique<ImageMasks>(data);
}

}  // namespace dlt::data
