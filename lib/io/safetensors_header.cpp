#include "io/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json_scan.h"
#include "base/spelling.h"

namespace dlt::io {
namespace {

using nlohmann::json;

constexpr std::uint64_t prefix = 8, longest_header = 100'000'000;

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

std::string_view header_text(std::span<const std::byte> file, const std::string& path) {
  require(file.size() >= prefix, Exit::damaged,
          "{}: not a safetensors file: it has {} bytes, the header's length alone takes 8", path,
          file.size());
  const std::uint64_t length = little_endian(file.first(prefix));
  require(length <= longest_header, Exit::damaged,
          "{}: not a safetensors file: its header would have {} bytes, at most {} are allowed",
          path, length, longest_header);
  require(length <= file.size() - prefix, Exit::damaged,
          "{}: cut short: its header has {} bytes, only {} follow", path, length,
          file.size() - prefix);
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + prefix, length);
  require(text.starts_with('{'), Exit::damaged,
          "{}: not a safetensors file: its header does not start with '{{'", path);
  return text;
}

json parse(std::string_view text, const std::string& path) {
  if (const auto mistake = find_json_mistake(text, Comments::no)) {
    fail(Exit::damaged, "{}: the header is not valid JSON at byte {}: {}", path,
         prefix + mistake->offset, mistake->reason);
  }
  return json::parse(text);
}

Metadata parse_metadata(const json& given, const std::string& path) {
  require(given.is_object(), Exit::damaged, "{}: __metadata__ is not an object of strings", path);
  Metadata metadata;
  for (const auto& [key, value] : given.items()) {
    require(value.is_string(), Exit::damaged, "{}: __metadata__ '{}' is not a string", path, key);
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// Integers in [0, 2^63), or nothing.
std::optional<std::vector<std::int64_t>> counts(const json& list) {
  const auto is_count = [](const json& item) {
    return item.is_number_unsigned() && item.get<std::uint64_t>() <= INT64_MAX;
  };
  if (!list.is_array() || !std::ranges::all_of(list, is_count)) return std::nullopt;
  return list.get<std::vector<std::int64_t>>();
}

// One tensor as the header describes it, [begin, end) in the data.
struct Claim {
  std::string name;
  std::string dtype;
  Shape shape;
  std::int64_t begin, end;
};

class ClaimReader {
 public:
  ClaimReader(const std::string& path, const std::string& name, const json& given)
      : path_(path), name_(name), given_(given) {}

  Claim read() const {
    require(given_.is_object(), Exit::damaged, "{}: tensor '{}' is not described by an object",
            path_, name_);
    const Dtype& dtype = read_dtype();
    Shape shape = read_shape();
    const auto [begin, end] = read_offsets();
    const std::int64_t bytes = bytes_of(dtype, shape);
    require(end - begin == bytes, Exit::damaged,
            "{}: tensor '{}': {} {} takes {} bytes, its data_offsets [{}, {}] span {}", path_,
            name_, dtype.name, shape, bytes, begin, end, end - begin);
    return {name_, std::string(dtype.name), std::move(shape), begin, end};
  }

 private:
  const json& member(const char* key) const {
    require(given_.contains(key), Exit::damaged, "{}: tensor '{}' has no {}", path_, name_, key);
    return given_[key];
  }

  const Dtype& read_dtype() const {
    const json& given = member("dtype");
    require(given.is_string(), Exit::damaged, "{}: tensor '{}': dtype is not a string", path_,
            name_);
    const auto wanted = given.get<std::string>();
    const auto found = std::ranges::find(dtypes, wanted, &Dtype::name);
    if (found == dtypes.end()) {
      std::vector<std::string_view> known(dtypes.size());
      std::ranges::transform(dtypes, known.begin(), &Dtype::name);
      fail(Exit::damaged, "{}: tensor '{}': unknown dtype '{}'{}", path_, name_, wanted,
           did_you_mean(wanted, known));
    }
    return *found;
  }

  Shape read_shape() const {
    auto dims = counts(member("shape"));
    require(dims.has_value(), Exit::damaged,
            "{}: tensor '{}': shape is not a list of integers >= 0", path_, name_);
    return Shape(std::move(*dims));
  }

  std::pair<std::int64_t, std::int64_t> read_offsets() const {
    const auto offsets = counts(member("data_offsets"));
    require(offsets && offsets->size() == 2, Exit::damaged,
            "{}: tensor '{}': data_offsets is not a list of two integers >= 0", path_, name_);
    require((*offsets)[0] <= (*offsets)[1], Exit::damaged,
            "{}: tensor '{}': data_offsets [{}, {}] end before they begin", path_, name_,
            (*offsets)[0], (*offsets)[1]);
    return {(*offsets)[0], (*offsets)[1]};
  }

  std::int64_t bytes_of(const Dtype& dtype, const Shape& shape) const {
    std::int64_t bits = dtype.bits;
    for (std::int64_t d : shape.dims()) {
      require(!__builtin_mul_overflow(bits, d, &bits), Exit::damaged,
              "{}: tensor '{}': shape {} is larger than any file", path_, name_, shape);
    }
    require(bits % 8 == 0, Exit::damaged, "{}: tensor '{}': {} {} does not fill whole bytes", path_,
            name_, dtype.name, shape);
    return bits / 8;
  }

  const std::string& path_;
  const std::string& name_;
  const json& given_;
};

// The tensors must fill the data from its first to its last byte, without holes and overlaps.
void check_tiling(std::vector<Claim>& claims, std::int64_t data_bytes, const std::string& path) {
  std::ranges::sort(claims, [](const Claim& a, const Claim& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::int64_t filled = 0;
  for (const Claim& c : claims) {
    require(c.begin == filled, Exit::damaged,
            "{}: tensor '{}' starts at byte {} of the data, the tensors before it end at {}: {} {} "
            "bytes",
            path, c.name, c.begin, filled, c.begin > filled ? "a hole of" : "an overlap of",
            c.begin > filled ? c.begin - filled : filled - c.begin);
    filled = c.end;
  }
  require(filled <= data_bytes, Exit::damaged,
          "{}: cut short: its tensors take {} bytes of data, only {} are there", path, filled,
          data_bytes);
  require(filled == data_bytes, Exit::damaged,
          "{}: the file goes on after its last tensor, bytes: {}", path, data_bytes - filled);
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file,
                                           const std::string& path) {
  const std::string_view text = header_text(file, path);
  const auto data = file.subspan(prefix + text.size());
  const json root = parse(text, path);

  SafetensorsHeader header;
  std::vector<Claim> claims;
  for (const auto& [name, given] : root.items()) {
    if (name == metadata_key) {
      header.metadata = parse_metadata(given, path);
    } else {
      claims.push_back(ClaimReader(path, name, given).read());
    }
  }
  check_tiling(claims, static_cast<std::int64_t>(data.size()), path);
  for (Claim& c : claims) {
    header.entries[c.name] = {
        std::move(c.dtype), std::move(c.shape),
        data.subspan(static_cast<std::size_t>(c.begin), static_cast<std::size_t>(c.end - c.begin))};
  }
  return header;
}

}  // namespace dlt::io
