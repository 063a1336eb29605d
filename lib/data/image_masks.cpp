#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "data/picture_set.h"

namespace dlt::data {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<PictureFile>;

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

class ImageMasks : public PictureSet {
 public:
  explicit ImageMasks(config::Reader& r) : PictureSet(r, Mixing::no) {
    if (std::ssize(classes_) > unmarked) r.fail("classes", "there can be 255 of them");
  }

  ExampleSplit open() override {
    const auto [train, valid] = list_both();
    ExampleSplit both;
    both.train = load_all(train, train_).examples;
    if (classes_.empty()) learn_classes(both.train);
    check_classes(both.train, train, train_);
    both.valid = read(valid, valid_source());
    return both;
  }
  Examples held_out(const std::string& file) override {
    if (!file.empty()) return read(pairs_in("--data", file), file);
    return read(list_both().second, valid_source());
  }

 private:
  std::pair<Files, Files> list_both() override {
    require(!train_.empty(), Exit::usage,
            "data.train names no folder: give one with pictures in images/ and masks/");
    const Files train = pairs_in("data.train", train_);
    if (valid_.empty()) return split_files(train, valid_fraction_);
    return {train, pairs_in("data.valid", valid_)};
  }

  Examples read(const Files& files, const std::string& source) {
    Examples all = load_all(files, source).examples;
    check_classes(all, files, source);
    return all;
  }
  void learn_classes(const Examples& train);
  void check_classes(Examples& all, const Files& files, const std::string& source) const;
  Findings find(const Files& files, const std::string& source) override;
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

Findings ImageMasks::find(const Files& files, const std::string& source) {
  std::vector<std::int64_t> counts(256);
  Findings f = look(files, on_progress, [&](const vision::Image& mask) {
    for (std::uint8_t c : mask.pixels) ++counts[c];
  });
  f.bytes = f.examples * (format_.channels + 1) * format_.size[0] * format_.size[1];
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const bool known = c < classes_.size();
    if (!known && counts[c] == 0) continue;
    f.classes.emplace_back(c == unmarked ? "unmarked"
                           : known       ? classes_[c]
                                         : std::to_string(c),
                           counts[c]);
    if (!classes_.empty() && !known && c != unmarked) {
      f.bad.push_back(fmt::format("'{}': class {} is out of range: there are {} classes", source, c,
                                  classes_.size()));
    }
  }
  return f;
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
