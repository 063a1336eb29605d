#include "data/picture_files.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "base/system.h"

namespace dlt::data {
namespace {

namespace fs = std::filesystem;
using vision::Image, vision::Region;

std::string first_line(const Error& e) {
  const std::string text = e.what();
  return text.substr(0, text.find('\n'));
}

Region part_of(const Image& image, const PictureFormat& f) {
  if (!f.squash) return vision::centred(image.height, image.width, f.size[0], f.size[1]);
  return {0, 0, static_cast<double>(image.height), static_cast<double>(image.width)};
}

// to [channels, height, width]
void put(const Image& picture, const PictureFormat& f, std::uint8_t* to) {
  const Image fitting = f.channels == 1 ? vision::grey(picture) : vision::colour(picture);
  const Image image = vision::resize(fitting, part_of(picture, f), f.size[0], f.size[1]);
  const std::int64_t area = image.height * image.width;
  for (std::int64_t i = 0; i < area; ++i) {
    for (std::int64_t c = 0; c < f.channels; ++c) {
      to[c * area + i] = image.pixels[static_cast<std::size_t>(i * f.channels + c)];
    }
  }
}

void check_pair(const PictureFile& file, const Image& picture, const Image& mask) {
  require(picture.height == mask.height && picture.width == mask.width, Exit::data,
          "'{}' has {} x {} pixels, its picture '{}' {} x {}", file.mask, mask.width, mask.height,
          file.path, picture.width, picture.height);
}

void put_mask(const Image& mask, const PictureFormat& f, std::uint8_t* to) {
  const Image fitting = vision::resize_nearest(mask, part_of(mask, f), f.size[0], f.size[1]);
  std::ranges::copy(fitting.pixels, to);
}

std::string gigabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

void check_memory(std::int64_t bytes, std::int64_t count, const std::string& source) {
  require(bytes <= memory_bytes() / 2, Exit::data,
          "'{}': its {} pictures take {} of memory at this data.size, more than half of this "
          "machine's {}: choose a smaller size, or fewer pictures",
          source, count, gigabytes(bytes), gigabytes(memory_bytes()));
}

// Takes out what `bad` says of `width` elements each.
void compact(std::vector<std::uint8_t>& all, const std::vector<std::string>& bad,
             std::int64_t width) {
  if (all.empty()) return;
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < std::ssize(bad); ++i) {
    if (!bad[static_cast<std::size_t>(i)].empty()) continue;
    std::copy_n(all.begin() + i * width, width, all.begin() + kept++ * width);
  }
  all.resize(static_cast<std::size_t>(kept * width));
}

// Without those of which `bad` says something.
void leave_out(Pictures& p, const std::vector<std::string>& bad) {
  compact(p.examples.pixels, bad, p.examples.item.size());
  compact(p.examples.masks, bad, p.examples.area());
  std::vector<PictureFile> kept;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    if (bad[i].empty()) {
      kept.push_back(std::move(p.files[i]));
    } else {
      p.bad.push_back(bad[i]);
    }
  }
  p.files = std::move(kept);
}

}  // namespace

void PictureFormat::read(config::Reader& data) {
  data.field("size", size, 1, 1 << 14);
  std::string way = "crop", on_bad = "stop";
  data.field("resize", way, {"crop", "squash"});
  data.field("on_bad", on_bad, {"stop", "skip"});
  squash = way == "squash";
  skip_bad = on_bad == "skip";
  data.field("channels", channels, 1, 3);
  if (channels == 2) data.fail("channels", "expected 1 for grey or 3 for colours");
  data.field("mean", mean, 0, 1);
  data.field("std", deviation, 1e-6, 1e6);
  if (mean.size() != deviation.size()) data.fail("std", "needs as many numbers as mean has");
  if (mean.size() != 1 && std::ssize(mean) != channels) {
    data.fail("mean", fmt::format("expected one number, or one for each of {} channels", channels));
  }
}

Pictures load(const std::vector<PictureFile>& files, const PictureFormat& f,
              const std::string& source) {
  Pictures p;
  p.files = files;
  Examples& all = p.examples;
  all.item = {f.channels, f.size[0], f.size[1]};
  for (std::int64_t c = 0; c < f.channels; ++c) {
    const std::size_t i = f.mean.size() == 1 ? 0 : static_cast<std::size_t>(c);
    all.scale.push_back(static_cast<real>(1 / (255 * f.deviation[i])));
    all.shift.push_back(static_cast<real>(-f.mean[i] / f.deviation[i]));
  }
  const bool masks = !files.empty() && !files.front().mask.empty();
  const std::int64_t count = std::ssize(files), size = all.item.size(), area = all.area();
  check_memory(count * (size + (masks ? area : 0)), count, source);
  all.pixels.resize(static_cast<std::size_t>(count * size));
  if (masks) all.masks.resize(static_cast<std::size_t>(count * area));
  std::vector<std::string> bad(files.size());
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      try {
        const Image picture = vision::read_image(files[at].path);
        put(picture, f, all.pixels.data() + i * size);
        if (!masks) continue;
        const Image mask = vision::read_mask(files[at].mask);
        check_pair(files[at], picture, mask);
        put_mask(mask, f, all.masks.data() + i * area);
      } catch (const Error& e) {
        bad[at] = first_line(e);
      } catch (const std::exception& e) {
        bad[at] = fmt::format("'{}' cannot be read: {}", files[at].path, e.what());
      }
    }
  });
  leave_out(p, bad);
  require(p.bad.empty() || (f.skip_bad && !p.files.empty()), Exit::data,
          "'{}': {} of {} pictures cannot be read, the first: {}; `dlt data check` lists them all, "
          "and \"on_bad\": \"skip\" goes on without them",
          source, p.bad.size(), count, p.bad.empty() ? "" : p.bad.front());
  return p;
}

Findings look(const std::vector<PictureFile>& files,
              const std::function<void(const Image& mask)>& see) {
  Findings f;
  std::mutex mutex;
  std::vector<std::string> bad(files.size());
  const auto note = [&](const Image& picture, const std::optional<Image>& mask) {
    const std::scoped_lock lock(mutex);
    const std::array size = {picture.height, picture.width};
    const auto area = [](const auto& s) { return std::pair(s[0] * s[1], s); };
    if (++f.examples == 1) f.smallest = f.largest = size;
    if (area(size) < area(f.smallest)) f.smallest = size;
    if (area(size) > area(f.largest)) f.largest = size;
    if (mask) see(*mask);
  };
  parallel_for(std::ssize(files), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      try {
        const Image picture = vision::read_image(files[i].path);
        std::optional<Image> mask;
        if (!files[i].mask.empty()) {
          mask = vision::read_mask(files[i].mask);
          check_pair(files[i], picture, *mask);
        }
        note(picture, mask);
      } catch (const Error& e) {
        bad[i] = first_line(e);
      } catch (const std::exception& e) {
        bad[i] = fmt::format("'{}' cannot be read: {}", files[i].path, e.what());
      }
    }
  });
  std::erase(bad, "");
  f.bad = std::move(bad);
  return f;
}

std::string left_out(const Pictures& p, const std::string& source) {
  if (p.bad.empty()) return "";
  return fmt::format("'{}': {} of {} pictures cannot be read and are left out, the first: {}",
                     source, p.bad.size(), p.bad.size() + p.files.size(), p.bad.front());
}

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error), end;
  while (!error && at != end) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden && at->is_directory()) at.disable_recursion_pending();
    if (!hidden && !at->is_directory()) files.push_back(at->path().string());
    at.increment(error);
  }
  require(!error, Exit::data, "cannot read the folder '{}': {}", folder, error.message());
  std::ranges::sort(files);
  return files;
}

std::pair<std::vector<PictureFile>, std::vector<PictureFile>> split_files(
    const std::vector<PictureFile>& files, double fraction) {
  std::vector<char> is_out(files.size());
  for (std::int64_t i : held_out_members(std::ssize(files), fraction)) {
    is_out[static_cast<std::size_t>(i)] = 1;
  }
  std::pair<std::vector<PictureFile>, std::vector<PictureFile>> both;
  for (std::size_t i = 0; i < files.size(); ++i) {
    (is_out[i] != 0 ? both.second : both.first).push_back(files[i]);
  }
  return both;
}

}  // namespace dlt::data
