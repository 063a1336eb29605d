#include "data/example_set.h"

#include <algorithm>
#include <unistd.h>

#include "base/error.h"

namespace dlt::data {
namespace {

template <class T>
std::vector<T> rows_of(const std::vector<T>& all, const std::vector<std::int64_t>& members,
                       std::int64_t width) {
  std::vector<T> chosen;
  if (all.empty()) return chosen;
  chosen.reserve(members.size() * static_cast<std::size_t>(width));
  for (std::int64_t m : members) {
    const auto from = all.begin() + m * width;
    chosen.insert(chosen.end(), from, from + width);
  }
  return chosen;
}

Examples subset(const Examples& all, const std::vector<std::int64_t>& members) {
  Examples some;
  some.item = all.item;
  some.scale = all.scale;
  some.shift = all.shift;
  some.outputs = all.outputs;
  some.classes = all.classes;
  some.numbers = rows_of(all.numbers, members, all.item.size());
  some.pixels = rows_of(all.pixels, members, all.item.size());
  some.labels = rows_of(all.labels, members, 1);
  if (!all.masks.empty()) some.masks = rows_of(all.masks, members, all.area());
  some.targets = rows_of(all.targets, members, all.outputs);
  return some;
}

}  // namespace

const Registry<MakeExampleSet>& example_sets() {
  static const Registry<MakeExampleSet> all(
      "data set", {
                      {{"images.idx", "idx"},
                       "images and class labels in two files of MNIST's format, plain or gzipped",
                       make_idx_images},
                      {{"images.folder"},
                       "PNG and JPEG files in a folder for each class, or named by a CSV file",
                       make_image_folder},
                      {{"images.masks"},
                       "pictures and PNGs with the class of each of their pixels",
                       make_image_masks},
                      {{"csv"}, "rows of numbers, with a class or numbers to predict", make_csv},
                  });
  return all;
}

void ExampleSet::restore(const std::string&, const std::string&) {}

namespace {

Findings findings_of(const Examples& all, const std::string& part) {
  Findings f;
  f.part = part;
  f.examples = all.size();
  f.bytes =
      std::ssize(all.pixels) + std::ssize(all.numbers) * static_cast<std::int64_t>(sizeof(real));
  std::vector<std::int64_t> counts(static_cast<std::size_t>(all.classes));
  for (std::int32_t label : all.labels) ++counts[static_cast<std::size_t>(label)];
  for (std::size_t c = 0; c < counts.size(); ++c)
    f.classes.emplace_back(std::to_string(c), counts[c]);
  return f;
}

}  // namespace

std::vector<Findings> ExampleSet::check() {
  const ExampleSplit both = open();
  const auto names = class_names();
  std::vector<Findings> all = {findings_of(both.train, "train")};
  if (both.valid.size() > 0) all.push_back(findings_of(both.valid, "valid"));
  for (Findings& f : all) {
    for (std::size_t c = 0; c < names.size() && c < f.classes.size(); ++c) {
      f.classes[c].first = names[c];
    }
  }
  return all;
}

std::vector<std::int64_t> held_out_members(std::int64_t size, double fraction) {
  const auto count = static_cast<std::int64_t>(static_cast<double>(size) * fraction);
  constexpr std::uint64_t key = 0x68656C64206F7574;
  std::vector<std::int64_t> members;
  for (std::int64_t i = 0; i < count; ++i) members.push_back(permuted(i, size, key));
  std::ranges::sort(members);
  return members;
}

ExampleSplit split(Examples all, double fraction) {
  const std::vector<std::int64_t> out = held_out_members(all.size(), fraction);
  if (out.empty()) return {std::move(all), {}};
  std::vector<std::int64_t> rest;
  for (std::int64_t i = 0, next = 0; i < all.size(); ++i) {
    const bool held_out = next < std::ssize(out) && out[static_cast<std::size_t>(next)] == i;
    if (held_out) {
      ++next;
    } else {
      rest.push_back(i);
    }
  }
  return {subset(all, rest), subset(all, out)};
}

void check_file(const std::string& key, const std::string& path) {
  require(::access(path.c_str(), F_OK) == 0, Exit::data,
          "{}: there is no file '{}' (paths start at the folder that dlt is run in)", key, path);
}

}  // namespace dlt::data
