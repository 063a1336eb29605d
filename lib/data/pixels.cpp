#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/sequence_set.h"

namespace dlt::data {
namespace {

// Images row by row, a pixel a step.
class Pixels : public SequenceSet {
 public:
  explicit Pixels(config::Reader& r) : images_(make_idx_images(r, Target::classes)) {
    if (images_->augment().any()) {
      r.fail("augment", "pixels in a row are neither mirrored nor moved: leave it out");
    }
  }

  SequenceSplit open() override {
    ExampleSplit both = images_->open();
    channels_ = both.train.item.dim(0);
    steps_ = both.train.item.size() / channels_;
    classes_ = both.train.classes;
    return {sequences(std::move(both.train), "the training data"),
            sequences(std::move(both.valid), "the held-out data")};
  }
  Sequences held_out(const std::string& file) override {
    return sequences(images_->held_out(file),
                     file.empty() ? "the held-out data" : "'" + file + "'");
  }
  SequenceShape shape() const override {
    return {.channels = channels_, .longest = steps_, .outputs = classes_};
  }

  std::string kept() const override {
    const nlohmann::ordered_json all = {
        {"channels", channels_}, {"steps", steps_}, {"classes", classes_}};
    return all.dump(2) + "\n";
  }
  void restore(const std::string& json, const std::string& path) override;

 private:
  Sequences sequences(Examples examples, const std::string& what) const;

  std::unique_ptr<ExampleSet> images_;
  std::int64_t channels_ = 1, steps_ = 0, classes_ = 0;
};

Sequences Pixels::sequences(Examples examples, const std::string& what) const {
  if (examples.size() == 0) return {};
  require(examples.item.dim(0) == channels_, Exit::data,
          "{}: images have {} channels, those for training {}", what, examples.item.dim(0),
          channels_);
  require(examples.classes <= classes_, Exit::data, "{}: there are {} classes, {} for training",
          what, examples.classes, classes_);
  const auto all = std::make_shared<const Examples>(std::move(examples));
  const std::int64_t channels = channels_, steps = all->item.size() / channels;
  const auto at = [=](std::int64_t i) {
    const std::int64_t member[] = {i};
    const ExampleBatch one = gather(*all, member);
    Sequence s;
    s.label = one.labels.data()[0];
    s.numbers.reserve(static_cast<std::size_t>(steps * channels));
    for (std::int64_t t = 0; t < steps; ++t) {
      for (std::int64_t c = 0; c < channels; ++c) s.numbers.push_back(one.x.data()[c * steps + t]);
    }
    return s;
  };
  return {all->size(), [=](std::int64_t) { return steps; }, at};
}

void Pixels::restore(const std::string& json, const std::string& path) {
  try {
    const auto all = nlohmann::json::parse(json);
    channels_ = all.at("channels").get<std::int64_t>();
    steps_ = all.at("steps").get<std::int64_t>();
    classes_ = all.at("classes").get<std::int64_t>();
  } catch (const nlohmann::json::exception&) {
    classes_ = 0;
  }
  require(channels_ > 0 && steps_ > 0 && classes_ > 0, Exit::damaged,
          "'{}' is damaged: it does not say what the images are like", path);
}

}  // namespace

std::unique_ptr<SequenceSet> make_pixels(config::Reader& data) {
  return std::make_unique<Pixels>(data);
}

}  // namespace dlt::data
