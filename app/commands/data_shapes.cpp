#include "commands/data_shapes.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "data/shapes.h"
#include "train/progress.h"

namespace dlt::app {
namespace {

namespace fs = std::filesystem;
namespace shapes = data::shapes;
using nlohmann::ordered_json;

// The files of one scene, and what its objects are.
struct Drawn {
  std::string picture, mask;  // as PNG
  std::vector<shapes::Object> objects;
};

std::string name_of(std::int64_t i) { return fmt::format("{:06}.png", i); }

// Pictures first .. last - 1; each is a function of the seed and its number.
std::vector<Drawn> draw(const ShapesOptions& o, std::int64_t first, std::int64_t last) {
  std::vector<Drawn> all(static_cast<std::size_t>(last - first));
  const vision::Palette palette = shapes::palette();
  parallel_for(last - first, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Rng rng(derive(static_cast<std::uint64_t>(o.seed), static_cast<std::uint64_t>(first + i)));
      shapes::Scene scene = shapes::draw(o.size, o.most, rng);
      all[static_cast<std::size_t>(i)] = {vision::encode_png(scene.picture),
                                          vision::encode_png(scene.mask, palette),
                                          std::move(scene.objects)};
    }
  });
  return all;
}

void make_folders(const std::string& out) {
  std::error_code error;
  require(!fs::exists(out, error) || fs::is_empty(out, error), Exit::usage,
          "'{}' is not an empty folder: choose another --out", out);
  for (const char* part : {"images", "masks"}) {
    fs::create_directories(fs::path(out) / part, error);
    require(!error, "cannot make the folder '{}': {}", (fs::path(out) / part).string(),
            error.message());
  }
}

std::string_view largest(const std::vector<shapes::Object>& objects) {
  const auto at = std::ranges::max_element(objects, {}, &shapes::Object::area);
  return shapes::kinds[static_cast<std::size_t>(at->kind - 1)];
}

// The format of annotations of the COCO data set (cocodataset.org, "Data format"): bbox is [left,
// top, width, height].
class CocoBoxes {
 public:
  void add(std::int64_t number, std::int64_t size, const std::vector<shapes::Object>& objects) {
    images_.push_back(
        {{"id", number}, {"file_name", name_of(number)}, {"width", size}, {"height", size}});
    for (const shapes::Object& s : objects) {
      annotations_.push_back({{"id", annotations_.size() + 1},
                              {"image_id", number},
                              {"category_id", s.kind},
                              {"bbox", {s.box.left, s.box.top, s.box.width, s.box.height}},
                              {"area", s.area},
                              {"iscrowd", 0}});
    }
  }
  std::string text() const {
    ordered_json categories = ordered_json::array();
    for (std::size_t c = 0; c < shapes::kinds.size(); ++c) {
      categories.push_back({{"id", c + 1}, {"name", shapes::kinds[c]}});
    }
    const ordered_json all = {
        {"images", images_}, {"annotations", annotations_}, {"categories", categories}};
    return all.dump() + "\n";
  }

 private:
  ordered_json images_ = ordered_json::array(), annotations_ = ordered_json::array();
};

}  // namespace

void data_make(const ShapesOptions& o) {
  make_folders(o.out);
  train::Progress progress(train::Progress::Quiet::no);
  std::string labels = "path,label\n";
  CocoBoxes boxes;
  constexpr std::int64_t at_once = 256;
  for (std::int64_t first = 0; first < o.count; first += at_once) {
    const std::int64_t last = std::min(first + at_once, o.count);
    const std::vector<Drawn> drawn = draw(o, first, last);
    for (std::int64_t i = first; i < last; ++i) {
      const Drawn& d = drawn[static_cast<std::size_t>(i - first)];
      write_file(o.out + "/images/" + name_of(i), d.picture);
      write_file(o.out + "/masks/" + name_of(i), d.mask);
      labels += fmt::format("images/{},{}\n", name_of(i), largest(d.objects));
      boxes.add(i, o.size, d.objects);
    }
    progress.stage("pictures", static_cast<double>(last) / static_cast<double>(o.count));
  }
  write_file(o.out + "/boxes.json", boxes.text());
  write_file(o.out + "/labels.csv", labels);
}

}  // namespace dlt::app
