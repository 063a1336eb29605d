#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/error.h"
#include "base/spelling.h"
#include "data/columns.h"
#include "data/picture_set.h"

namespace dlt::data {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<PictureFile>;
using Names = std::vector<std::string>;

std::string folder_name(const fs::path& p) { return p.filename().string(); }

// A folder for each class. `empty`: what is done about a class without pictures.
Files in_class_folders(const std::string& folder, Names& classes) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = folder_name(entry.path());
    if (entry.is_directory() && !name.starts_with('.')) classes.push_back(name);
  }
  require(!error, Exit::data, "cannot read the folder '{}': {}", folder, error.message());
  require(!classes.empty(), Exit::data,
          "'{}': there are no folders in it: pictures are wanted in a folder for each class, or a "
          "CSV file with the columns path and label",
          folder);
  std::ranges::sort(classes);
  Files files;
  for (const std::string& name : classes) {
    for (std::string& path : files_below((fs::path(folder) / name).string())) {
      files.push_back({std::move(path), "", name});
    }
  }
  return files;
}

// Columns "path", from the folder of the file, and "label".
Files in_csv(const std::string& key, const std::string& path) {
  Files files;
  std::size_t name = 0, label = 0;
  const fs::path folder = fs::path(path).parent_path();
  const auto begin = [&](const Columns& columns) {
    name = columns.place("path");
    label = columns.place("label");
  };
  read_table(key, path, {}, begin, [&](const io::CsvFields& fields, std::int64_t line) {
    files.push_back({(folder / fields[name]).string(), "", fields[label], line});
  });
  return files;
}

// In the order of their values if they are numbers, else of their letters.
void sort_names(Names& names) {
  const bool numeric =
      std::ranges::all_of(names, [](const auto& n) { return number_in(n).has_value(); });
  std::ranges::sort(names, [&](const std::string& a, const std::string& b) {
    if (numeric && number_in(a) != number_in(b)) return *number_in(a) < *number_in(b);
    return a < b;
  });
}

class ImageFolder : public PictureSet {
 public:
  explicit ImageFolder(config::Reader& r) : PictureSet(r, Mixing::yes) {
    if (std::set(classes_.begin(), classes_.end()).size() != classes_.size()) {
      r.fail("classes", "names a class twice");
    }
    given_ = !classes_.empty();
  }

  ExampleSplit open() override {
    const auto [train, valid] = list_both();
    return {read(train, train_), read(valid, valid_source())};
  }
  Examples held_out(const std::string& file) override {
    if (!file.empty()) return read(list("--data", file), file);
    return read(list_both().second, valid_source());
  }

 private:
  static Files list(const std::string& key, const std::string& path) {
    Names folders;
    return list(key, path, folders);
  }
  static Files list(const std::string& key, const std::string& path, Names& folders) {
    check_file(key, path);
    return fs::is_directory(path) ? in_class_folders(path, folders) : in_csv(key, path);
  }
  Files list_training();
  std::pair<Files, Files> list_both() override;
  void learn_classes(const Files& files, const Names& folders);
  void check_labels(const Files& files, const std::string& source) const;
  std::int32_t label_of(const PictureFile& file, const std::string& source) const;
  Examples read(const Files& files, const std::string& source);
  Findings find(const Files& files, const std::string& source) override;

  bool given_ = false;  // classes, by the config
};

Files ImageFolder::list_training() {
  require(
      !train_.empty(), Exit::usage,
      "data.train names no pictures: give a folder with a folder for each class in it, or a CSV "
      "file with the columns path and label");
  Names folders;
  Files files = list("data.train", train_, folders);
  if (classes_.empty()) learn_classes(files, folders);
  std::map<std::string_view, std::int64_t> counts;
  for (const PictureFile& f : files) ++counts[f.label];
  for (const std::string& name : folders) {
    require(counts[name] > 0, Exit::data,
            "'{}': there are no pictures in the folder of this class: put some in, or remove it",
            (fs::path(train_) / name).string());
  }
  check_labels(files, train_);
  return files;
}

void ImageFolder::learn_classes(const Files& files, const Names& folders) {
  std::set<std::string> names(folders.begin(), folders.end());
  for (const PictureFile& f : files) names.insert(f.label);
  classes_.assign(names.begin(), names.end());
  sort_names(classes_);
  require(classes_.size() > 1, Exit::data,
          "'{}': there is one class alone, '{}': at least two are needed to be told apart", train_,
          classes_.front());
}

std::pair<Files, Files> ImageFolder::list_both() {
  if (valid_.empty()) return split_files(list_training(), valid_fraction_);
  std::pair<Files, Files> both = {list_training(), list("data.valid", valid_)};
  check_labels(both.second, valid_);
  return both;
}

void ImageFolder::check_labels(const Files& files, const std::string& source) const {
  for (const PictureFile& f : files) label_of(f, source);
}

std::int32_t ImageFolder::label_of(const PictureFile& file, const std::string& source) const {
  const auto at = std::ranges::find(classes_, file.label);
  if (at == classes_.end()) {
    const std::string where =
        file.line > 0 ? fmt::format("{}:{}", source, file.line) : fmt::format("'{}'", file.path);
    fail(Exit::data, "{}: class '{}' is not among {}{}", where, file.label,
         given_ ? "data.classes" : "those of the training data",
         did_you_mean(file.label, {classes_.begin(), classes_.end()}));
  }
  return static_cast<std::int32_t>(at - classes_.begin());
}

Examples ImageFolder::read(const Files& files, const std::string& source) {
  check_labels(files, source);
  Pictures p = load_all(files, source);
  for (const PictureFile& f : p.files) p.examples.labels.push_back(label_of(f, source));
  if (!files.empty()) p.examples.classes = std::ssize(classes_);
  return std::move(p.examples);
}

Findings ImageFolder::find(const Files& files, const std::string& source) {
  Findings f = look(files, on_progress);
  f.bytes = f.examples * format_.channels * format_.size[0] * format_.size[1];
  std::vector<std::int64_t> counts(classes_.size());
  for (const PictureFile& file : files) ++counts[static_cast<std::size_t>(label_of(file, source))];
  for (std::size_t c = 0; c < counts.size(); ++c) f.classes.emplace_back(classes_[c], counts[c]);
  return f;
}

}  // namespace

std::unique_ptr<ExampleSet> make_image_folder(config::Reader& data, Target target) {
  if (target == Target::numbers) {
    data.fail("name",
              "images.folder has classes to predict, not numbers: use the loss cross_entropy");
  }
  return std::make_unique<ImageFolder>(data);
}

}  // namespace dlt::data
