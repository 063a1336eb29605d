#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "base/error.h"
#include "base/file.h"
#include "lexicon/naive_bayes.h"

// A file: "dlt-nb1\n"; 8 bytes each: the length of a JSON header, the CRC-32 of all behind them;
// the header, which says how many of the rest there are; per n-gram its length and the number of
// its entries, 4 bytes each; the entries, class and count, 4 bytes each; the n-grams' text.
// Little-endian.
namespace dlt::lexicon {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view magic = "dlt-nb1\n";
constexpr std::size_t head = 24;

void put(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i) & 255);
}

std::uint64_t take(std::string_view& from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(from[i]);
  from.remove_prefix(bytes);
  return value;
}

std::uint64_t checksum(std::string_view bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

struct Damage {};

void whole(bool ok) {
  if (!ok) throw Damage{};
}

}  // namespace

void NaiveBayes::save(const std::string& path) const {
  std::string body, text;
  for (std::uint32_t g = 0; g < grams_.size(); ++g) {
    put(body, grams_.gram(g).size(), 4);
    put(body, begins_[g + 1] - begins_[g], 4);
    text += grams_.gram(g);
  }
  for (const Entry& e : entries_) {
    put(body, e.of_class, 4);
    put(body, e.count, 4);
  }
  body += text;
  const std::string header = ordered_json{
      {"unit", unit_name(settings_.unit)},
      {"n", {settings_.shortest, settings_.longest}},
      {"lower", settings_.lower},
      {"add", add_},
      {"classes", classes_},
      {"lines", lines_},
      {"grams", grams_.size()},
      {"entries", entries_.size()},
      {"crc32", checksum(body)}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  body.insert(0, header);
  std::string start(magic);
  put(start, header.size(), 8);
  put(start, checksum(body), 8);
  NewFile file(path);
  file.write(start);
  file.write(body);
  file.commit();
}

NaiveBayes::Sizes NaiveBayes::read_header(std::string_view header) {
  const auto json = ordered_json::parse(header);
  settings_ = {{}, json.at("n").at(0), json.at("n").at(1), json.at("lower")};
  whole(read_unit(json.at("unit").get<std::string>(), settings_.unit));
  add_ = json.at("add");
  classes_ = json.at("classes").get<std::vector<std::string>>();
  lines_ = json.at("lines").get<std::vector<std::uint64_t>>();
  whole(add_ > 0 && classes_.size() > 1 && lines_.size() == classes_.size());
  whole(settings_.shortest >= 1 && settings_.longest >= settings_.shortest &&
        settings_.longest <= ngram::max_order);
  return {json.at("grams"), json.at("entries")};
}

void NaiveBayes::read_counts(std::string_view body, const Sizes& sizes) {
  whole(sizes.grams < body.size() && sizes.entries < body.size());
  whole(8 * (sizes.grams + sizes.entries) <= body.size());
  std::string_view text = body.substr(8 * (sizes.grams + sizes.entries));
  std::string_view lists = body.substr(8 * sizes.grams);
  for (std::uint32_t g = 0; g < sizes.grams; ++g) {
    const auto size = static_cast<std::size_t>(take(body, 4));
    const std::uint64_t count = take(body, 4);
    whole(size <= text.size() && count <= sizes.entries - entries_.size());
    whole(grams_.add(text.substr(0, size)) == g);
    text.remove_prefix(size);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto of_class = static_cast<std::uint32_t>(take(lists, 4));
      whole(of_class < classes_.size());
      entries_.push_back({of_class, static_cast<std::uint32_t>(take(lists, 4))});
    }
    begins_.push_back(entries_.size());
  }
  whole(text.empty() && entries_.size() == sizes.entries);
}

NaiveBayes NaiveBayes::load(const std::string& path) {
  const MappedFile file(path, Exit::usage);
  std::string_view rest = file.text();
  require(rest.starts_with(magic), Exit::damaged,
          "'{}' is not a model of dlt ngram classify: it does not begin as one", path);
  NaiveBayes model;
  try {
    whole(rest.size() >= head);
    rest.remove_prefix(magic.size());
    const std::uint64_t length = take(rest, 8);
    whole(take(rest, 8) == checksum(rest) && length <= rest.size());
    const Sizes sizes = model.read_header(rest.substr(0, length));
    model.read_counts(rest.substr(length), sizes);
  } catch (const ordered_json::exception&) {
    fail(Exit::damaged, "'{}' is damaged: copy it again, or train it again", path);
  } catch (const Damage&) {
    fail(Exit::damaged, "'{}' is damaged: copy it again, or train it again", path);
  }
  model.prepare();
  return model;
}

}  // namespace dlt::lexicon
