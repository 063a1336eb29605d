#include <algorithm>

#include "base/error.h"
#include "data/example_set.h"
#include "io/idx.h"

namespace dlt::data {
namespace {

struct Files {
  std::string images, labels;
};

// "t10k-images-idx3-ubyte.gz" has its labels in "t10k-labels-idx1-ubyte.gz".
std::string labels_of(const std::string& images) {
  const std::string from = "images-idx3", to = "labels-idx1";
  const auto at = images.rfind(from);
  require(at != std::string::npos, Exit::usage,
          "--data: the labels of '{}' cannot be found: its name has no 'images-idx3', in place of "
          "which theirs would have 'labels-idx1'",
          images);
  return std::string(images).replace(at, from.size(), to);
}

class IdxImages : public ExampleSet {
 public:
  explicit IdxImages(config::Reader& r) {
    r.field("train_images", train_.images);
    r.field("train_labels", train_.labels);
    r.field("valid_images", valid_.images);
    r.field("valid_labels", valid_.labels);
    r.field("valid_fraction", valid_fraction_, 0, 0.9);
    r.field("mean", mean_, 0, 1);
    r.field("std", deviation_, 1e-6, 1e6);
    if (mean_.size() != deviation_.size()) r.fail("std", "needs as many numbers as mean has");
    augment_ = read_augment(r);
  }

  ExampleSplit open() override {
    Examples train = open_training();
    if (valid_.images.empty()) return split(std::move(train), valid_fraction_);
    Examples valid = read("data.valid_", valid_);
    require(valid.item == train.item, Exit::data, "'{}': images are {}, those for training {}",
            valid_.images, valid.item, train.item);
    return {std::move(train), std::move(valid)};
  }

  Examples held_out(const std::string& file) override {
    if (!file.empty()) return read("--data ", {file, labels_of(file)});
    if (!valid_.images.empty()) return read("data.valid_", valid_);
    return split(open_training(), valid_fraction_).valid;
  }

  Augment augment() const override { return augment_; }
  Normalization normalization() const override { return {mean_, deviation_}; }

 private:
  Examples open_training() const {
    require(!train_.images.empty(), Exit::usage,
            "data.train_images names no file: give one, and its labels as data.train_labels");
    return read("data.train_", train_);
  }

  Examples read(const std::string& key, const Files& files) const;

  Files train_, valid_;
  double valid_fraction_ = 0.1;
  std::vector<double> mean_ = {0}, deviation_ = {1};  // of pixels in [0, 1], for each channel
  Augment augment_;
};

// Images [count, height, width], or [count, channels, height, width]; labels [count].
Examples IdxImages::read(const std::string& key, const Files& files) const {
  check_file(key + "images", files.images);
  require(!files.labels.empty(), Exit::usage,
          "{}labels names no file: give the labels of {}images '{}'", key, key, files.images);
  check_file(key + "labels", files.labels);
  io::IdxFile images = io::read_idx(files.images);
  const io::IdxFile labels = io::read_idx(files.labels);
  const std::size_t axes = images.dims.size();
  require(axes == 3 || axes == 4, Exit::data,
          "'{}': the array {} is not one of images: 3 or 4 axes", files.images, Shape(images.dims));
  require(labels.dims.size() == 1 && labels.dims[0] == images.dims[0], Exit::data,
          "'{}': labels {} do not fit the images {} of '{}'", files.labels, Shape(labels.dims),
          Shape(images.dims), files.images);
  require(!images.bytes.empty(), Exit::data, "'{}': there are no images in it", files.images);
  Examples all;
  all.item = axes == 3 ? Shape{1, images.dims[1], images.dims[2]}
                       : Shape{images.dims[1], images.dims[2], images.dims[3]};
  const std::int64_t channels = all.item.dim(0);
  require(mean_.size() == 1 || std::ssize(mean_) == channels, Exit::usage,
          "data.mean has {} numbers, the images of '{}' have {} channels", mean_.size(),
          files.images, channels);
  for (std::int64_t c = 0; c < channels; ++c) {
    const std::size_t i = mean_.size() == 1 ? 0 : static_cast<std::size_t>(c);
    all.scale.push_back(static_cast<real>(1 / (255 * deviation_[i])));
    all.shift.push_back(static_cast<real>(-mean_[i] / deviation_[i]));
  }
  all.pixels = std::move(images.bytes);
  all.labels.assign(labels.bytes.begin(), labels.bytes.end());
  all.classes = 1 + std::ranges::max(all.labels);
  return all;
}

}  // namespace

std::unique_ptr<ExampleSet> make_idx_images(config::Reader& data, Target target) {
  if (target == Target::numbers) {
    data.fail("name", "images.idx has classes to predict, not numbers: use the loss cross_entropy");
  }
  return std::make_unique<IdxImages>(data);
}

}  // namespace dlt::data
