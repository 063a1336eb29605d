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

struct Pair {
  Image picture;
  std::optional<Image> mask;
};

Pair read_pair(const PictureFile& file) {
  Pair p{vision::read_image(file.path), {}};
  if (file.mask.empty()) return p;
  p.mask = vision::read_mask(file.mask);
  require(p.picture.height == p.mask->height && p.picture.width == p.mask->width, Exit::data,
          "'{}' has {} x {} pixels, its picture '{}' {} x {}", file.mask, p.mask->width,
          p.mask->height, file.path, p.picture.width, p.picture.height);
  return p;
}

// Calls take(i, pair) for each file, on threads, and gives a sentence for each: "" for those read.
template <class F>
std::vector<std::string> read_each(const std::vector<PictureFile>& files,
                                   const OnProgress& on_progress, const F& take) {
  std::vector<std::string> bad(files.size());
  std::mutex mutex;
  std::int64_t done = 0;
  const auto read_one = [&](std::int64_t i) {
    const PictureFile& file = files[static_cast<std::size_t>(i)];
    try {
      take(i, read_pair(file));
    } catch (const Error& e) {
      return first_line(e);
    } catch (const std::exception& e) {  // no memory
      return fmt::format("'{}' cannot be read: {}", file.path, e.what());
    }
    return std::string();
  };
  parallel_each(std::ssize(files), worth_a_thread, [&](std::int64_t i) {
    bad[static_cast<std::size_t>(i)] = read_one(i);
    if (!on_progress) return;
    const std::scoped_lock lock(mutex);
    on_progress(static_cast<double>(++done) / static_cast<double>(files.size()));
  });
  return bad;
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
              const std::string& source, const OnProgress& on_progress) {
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
  const std::vector<std::string> bad =
      read_each(files, on_progress, [&](std::int64_t i, Pair pair) {
        put(pair.picture, f, all.pixels.data() + i * size);
        if (pair.mask) put_mask(*pair.mask, f, all.masks.data() + i * area);
      });
  leave_out(p, bad);
  require(p.bad.empty() || (f.skip_bad && !p.files.empty()), Exit::data,
          "'{}': {} of {} pictures cannot be read, the first: {}; `dlt data check` lists them all, "
          "and \"on_bad\": \"skip\" goes on without them",
          source, p.bad.size(), count, p.bad.empty() ? "" : p.bad.front());
  return p;
}

Findings look(const std::vector<PictureFile>& files, const OnProgress& on_progress,
              const std::function<void(const Image& mask)>& see) {
  Findings f;
  std::mutex mutex;
  f.bad = read_each(files, on_progress, [&](std::int64_t, const Pair& pair) {
    const std::scoped_lock lock(mutex);
    const std::array size = {pair.picture.height, pair.picture.width};
    const auto area = [](const auto& s) { return std::pair(s[0] * s[1], s); };
    if (++f.examples == 1) f.smallest = f.largest = size;
    if (area(size) < area(f.smallest)) f.smallest = size;
    if (area(size) > area(f.largest)) f.largest = size;
    if (pair.mask) see(*pair.mask);
  });
  std::erase(f.bad, "");
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
    const bool pipe = at->is_other();  // reading from it could wait for ever
    if (!hidden && !pipe && !at->is_directory()) files.push_back(at->path().string());
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
