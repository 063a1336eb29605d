#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "data/example_set.h"

namespace dlt::data {

// A picture, and what there is to learn from it.
struct PictureFile {
  std::string path, mask;  // "": it has none
  std::string label;
  std::int64_t line = 0;  // of the CSV file that names it; or 0
};

// How all pictures of a set become alike.
struct PictureFormat {
  std::int64_t channels = 3;
  std::array<std::int64_t, 2> size = {32, 32};  // height, width
  bool squash = false;  // the whole picture; else the largest centred part of that shape
  bool skip_bad = false;
  std::vector<double> mean = {0}, deviation = {1};  // of pixels in [0, 1], for each channel

  void read(config::Reader& data);
};

using OnProgress = std::function<void(double done)>;  // or none; as ExampleSet's

struct Pictures {
  Examples examples;               // without labels
  std::vector<PictureFile> files;  // of each
  std::vector<std::string> bad;    // a sentence for each file that cannot be read
};

// All files decoded on threads, brought to one size. Those that cannot be read are left out where
// `format` says so, else the first of them is in an Error (Exit::data); so is a set that takes more
// than half of the machine's memory, before anything is read. `source`: the set, for messages.
Pictures load(const std::vector<PictureFile>& files, const PictureFormat& format,
              const std::string& source, const OnProgress& on_progress);

// Decodes every file and counts sizes and what cannot be read. `see` is called with each mask.
Findings look(const std::vector<PictureFile>& files, const OnProgress& on_progress,
              const std::function<void(const vision::Image& mask)>& see = nullptr);

// The warning about files that were left out; "" if there are none.
std::string left_out(const Pictures& pictures, const std::string& source);

// All files below a folder, sorted, but for hidden ones.
std::vector<std::string> files_below(const std::string& folder);

// The files of a split as split() divides examples: the rest, and those held out.
std::pair<std::vector<PictureFile>, std::vector<PictureFile>> split_files(
    const std::vector<PictureFile>& files, double fraction);

}  // namespace dlt::data
