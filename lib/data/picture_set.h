#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/augment.h"
#include "data/picture_files.h"

namespace dlt::data {

// What sets of picture files have in common, whatever there is to learn from a picture.
class PictureSet : public ExampleSet {
 public:
  std::vector<Findings> check() override;
  std::string kept() const override;  // the classes
  void restore(const std::string& json, const std::string& path) override;
  Augment augment() const override { return augment_; }
  std::vector<std::string> class_names() const override { return classes_; }
  Normalization normalization() const override { return {format_.mean, format_.deviation}; }

 protected:
  using Files = std::vector<PictureFile>;

  PictureSet(config::Reader& r, Mixing mixing);
  virtual std::pair<Files, Files> list_both() = 0;  // to train on, and held out
  // What is found in some files; its part and source are filled in.
  virtual Findings find(const Files& files, const std::string& source) = 0;

  // With a warning about those that are left out.
  Pictures load_all(const Files& files, const std::string& source);
  const std::string& valid_source() const { return valid_.empty() ? train_ : valid_; }

  std::string train_, valid_;
  double valid_fraction_ = 0.1;
  std::vector<std::string> classes_;
  PictureFormat format_;

 private:
  config::Reader reader_;  // for warnings
  Augment augment_;
};

}  // namespace dlt::data
