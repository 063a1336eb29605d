#include "ngram/model_file.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <zlib.h>

#include "base/error.h"

static_assert(std::endian::native == std::endian::little, "numbers are used as they lie in files");

namespace dlt::ngram {
namespace {

constexpr std::size_t version_at = 16, table_at = 128, entry_bytes = 24, most_sections = 64;
constexpr std::uint64_t alignment = 64;

template <class T>
T number_at(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void put(std::vector<std::byte>& bytes, T value) {
  bytes.resize(bytes.size() + sizeof value);
  std::memcpy(bytes.data() + bytes.size() - sizeof value, &value, sizeof value);
}

std::uint32_t crc(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// Whether the numbers in front of the table are ones that a model can have.
bool possible(const FileHeader& h, std::uint32_t unit, std::uint32_t values) {
  if (h.order < 1 || h.order > max_order || unit > 2 || values > 1) return false;
  if (!std::isfinite(h.absent_bow) || h.counts[0] < first_word) return false;
  for (int n = 1; n <= max_order; ++n) {
    const std::uint64_t count = h.counts[static_cast<std::size_t>(n - 1)];
    if (n > h.order ? count != 0 : count >= nowhere) return false;
  }
  return true;
}

bool same(const Section& a, const Section& b) {
  return a.kind == b.kind && a.level == b.level && a.offset == b.offset && a.bytes == b.bytes;
}

// Whether the sections are those that a file with this header has.
bool well_laid(const FileHeader& h) {
  if (h.sections.size() < 4) return false;
  for (const Section& s : h.sections) {
    if (s.bytes > h.bytes) return false;  // so that no sum overflows
  }
  const std::uint64_t slots = h.sections[3].bytes;
  if (slots % 8 != 0 || !std::has_single_bit(slots)) return false;
  FileHeader expected = h;
  expected.lay_out(h.sections[0].bytes, h.sections[1].bytes, slots);
  return expected.bytes == h.bytes &&
         std::equal(h.sections.begin(), h.sections.end(), expected.sections.begin(),
                    expected.sections.end(), same);
}

}  // namespace

int FileHeader::word_bits() const { return static_cast<int>(std::bit_width(counts[0] - 1)); }

int FileHeader::first_bits(int n) const {
  return std::max(1, static_cast<int>(std::bit_width(counts[static_cast<std::size_t>(n)])));
}

std::uint64_t packed_bytes(std::uint64_t count, int bits) {
  return ((count * static_cast<std::uint64_t>(bits) + 63) / 64 + 1) * 8;
}

void FileHeader::lay_out(std::uint64_t made, std::uint64_t text, std::uint64_t slots) {
  sections.clear();
  const auto add = [this](Kind kind, int level, std::uint64_t size) {
    sections.push_back({kind, static_cast<std::uint32_t>(level), 0, size});
  };
  add(Kind::made, 0, made);
  add(Kind::text, 0, text);
  add(Kind::begins, 0, (counts[0] + 1) * 8);
  add(Kind::slots, 0, slots);
  for (int n = 1; n <= order; ++n) {
    const std::uint64_t count = counts[static_cast<std::size_t>(n - 1)];
    const bool codes = values == Values::quantized && n > 1, inner = n < order;
    const std::uint64_t size = codes ? table_bytes + count : count * 4;
    if (n > 1) add(Kind::words, n, packed_bytes(count, word_bits()));
    if (inner) add(Kind::first, n, packed_bytes(count + 1, first_bits(n)));
    add(codes ? Kind::p_codes : Kind::log10_p, n, size);
    if (inner) add(codes ? Kind::bow_codes : Kind::log10_bow, n, size);
  }
  add(Kind::checksums, 0, (sections.size() + 1) * 4);
  bytes = table_at + sections.size() * entry_bytes + 4;
  for (Section& s : sections) {
    s.offset = (bytes + alignment - 1) / alignment * alignment;
    bytes = s.offset + s.bytes;
  }
}

std::vector<std::byte> header_bytes(const FileHeader& header) {
  std::vector<std::byte> bytes(model_magic.size());
  std::memcpy(bytes.data(), model_magic.data(), model_magic.size());
  put(bytes, model_version);
  put(bytes, static_cast<std::uint32_t>(header.order));
  put(bytes, static_cast<std::uint32_t>(header.unit));
  put(bytes, static_cast<std::uint32_t>(header.values));
  put(bytes, header.absent_bow);
  put(bytes, static_cast<std::uint32_t>(header.sections.size()));
  put(bytes, header.bytes);
  for (const std::uint64_t count : header.counts) put(bytes, count);
  bytes.resize(table_at);
  for (const Section& s : header.sections) {
    put(bytes, static_cast<std::uint32_t>(s.kind));
    put(bytes, s.level);
    put(bytes, s.offset);
    put(bytes, s.bytes);
  }
  put(bytes, crc(bytes));
  return bytes;
}

FileHeader read_header(std::span<const std::byte> file, const std::string& name) {
  const auto cut = [&](bool whole) {
    require(whole, Exit::damaged,
            "'{}' is cut off: a model file that ends after {} bytes; copy or make it again", name,
            file.size());
  };
  cut(file.size() >= table_at);
  const auto version = number_at<std::uint32_t>(file, version_at);
  require(version <= model_version, Exit::damaged,
          "'{}' has version {} of the model format, this dlt reads version {}: use a newer dlt",
          name, version, model_version);
  const auto sections = number_at<std::uint32_t>(file, 36);
  const std::size_t end = table_at + std::min<std::size_t>(sections, most_sections) * entry_bytes;
  cut(file.size() >= end + 4);
  const bool sound = version == model_version && sections <= most_sections &&
                     number_at<std::uint32_t>(file, end) == crc(file.first(end));
  FileHeader h;
  h.order = static_cast<int>(std::min(number_at<std::uint32_t>(file, 20), 100U));
  const auto unit = number_at<std::uint32_t>(file, 24), values = number_at<std::uint32_t>(file, 28);
  h.unit = static_cast<Unit>(unit);
  h.values = static_cast<Values>(values);
  h.absent_bow = number_at<float>(file, 32);
  h.bytes = number_at<std::uint64_t>(file, 40);
  for (std::size_t n = 0; n < h.counts.size(); ++n) {
    h.counts[n] = number_at<std::uint64_t>(file, 48 + 8 * n);
  }
  for (std::size_t at = table_at; at < end; at += entry_bytes) {
    h.sections.push_back({static_cast<Kind>(number_at<std::uint32_t>(file, at)),
                          number_at<std::uint32_t>(file, at + 4),
                          number_at<std::uint64_t>(file, at + 8),
                          number_at<std::uint64_t>(file, at + 16)});
  }
  require(sound && possible(h, unit, values) && well_laid(h), Exit::damaged,
          "the header of '{}' is damaged: copy or make the file again", name);
  cut(file.size() >= h.bytes);
  require(file.size() == h.bytes, Exit::damaged,
          "'{}' has {} bytes behind its end: copy or make the file again", name,
          file.size() - h.bytes);
  return h;
}

std::string section_name(const Section& section) {
  constexpr std::array<std::string_view, 12> names = {
      "",         "description",   "words",   "beginnings of words", "slots",   "first words",
      "children", "probabilities", "weights", "probabilities",       "weights", "checksums"};
  const auto kind = static_cast<std::size_t>(section.kind);
  return section.level == 0 ? std::string(names[kind])
                            : fmt::format("{} of the {}-grams", names[kind], section.level);
}

}  // namespace dlt::ngram
