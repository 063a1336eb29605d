#include "data/picture_set.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace dlt::data {

PictureSet::PictureSet(config::Reader& r, Mixing mixing) : reader_(r) {
  r.field("train", train_);
  r.field("valid", valid_);
  r.field("valid_fraction", valid_fraction_, 0, 0.9);
  r.field("classes", classes_);
  format_.read(r);
  augment_ = read_augment(r, mixing);
}

std::string PictureSet::kept() const {
  return nlohmann::ordered_json({{"classes", classes_}}).dump(2) + "\n";
}

void PictureSet::restore(const std::string& json, const std::string& path) {
  try {
    classes_ = nlohmann::json::parse(json).at("classes").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    classes_.clear();
  }
  require(!classes_.empty(), Exit::damaged, "'{}' is damaged: it does not say what the classes are",
          path);
}

Pictures PictureSet::load_all(const Files& files, const std::string& source) {
  if (files.empty()) return {};
  Pictures pictures = load(files, format_, source, on_progress);
  reader_.warn(left_out(pictures, source));
  return pictures;
}

std::vector<Findings> PictureSet::check() {
  const auto [train, valid] = list_both();
  std::vector<Findings> all;
  for (const Files* files : {&train, &valid}) {
    if (files->empty()) continue;
    const bool training = files == &train;
    const std::string& source = training ? train_ : valid_source();
    all.push_back(find(*files, source));
    all.back().part = training ? "train" : "valid";
    all.back().source = source;
  }
  return all;
}

}  // namespace dlt::data
