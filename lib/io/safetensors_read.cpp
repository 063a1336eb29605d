#include <bit>
#include <cstring>

#include "base/spelling.h"
#include "io/half.h"
#include "io/safetensors.h"
#include "io/safetensors_header.h"

namespace dlt::io {
namespace {

static_assert(std::endian::native == std::endian::little, "files are read as they lie in memory");

// Calls f(i, value) for every T in `bytes`, which may lie at any address.
template <class T, class F>
void each(std::span<const std::byte> bytes, const F& f) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    f(i, value);
  }
}

bool is_floating(std::string_view dtype) {
  return dtype == "F64" || dtype == "F32" || dtype == "F16" || dtype == "BF16";
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::string& path)
    : path_(path), file_(path, Exit::damaged) {
  auto header = parse_safetensors_header(file_.bytes(), path);
  entries_ = std::move(header.entries);
  metadata_ = std::move(header.metadata);
}

const SafetensorsFile::Entry& SafetensorsFile::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found != entries_.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [other, e] : entries_) known.push_back(other);
  const auto meant = nearest(name, known);
  fail(Exit::damaged, "{}: there is no tensor '{}'{}", path_, name,
       meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

Tensor SafetensorsFile::tensor(const std::string& name) const {
  const Entry& e = entry(name);
  require(is_floating(e.dtype), Exit::damaged,
          "{}: tensor '{}' is {} {}, expected one of F64, F32, F16, BF16", path_, name, e.dtype,
          e.shape);
  Tensor t = Tensor::uninitialized(e.shape);
  real* out = t.mutable_data();
  const auto store = [out](std::size_t i, auto value) { out[i] = static_cast<real>(value); };
  if (e.dtype == "F64") each<double>(e.bytes, store);
  if (e.dtype == "F32") each<float>(e.bytes, store);
  if (e.dtype == "F16") {
    each<std::uint16_t>(e.bytes, [&](std::size_t i, auto bits) { store(i, from_float16(bits)); });
  }
  if (e.dtype == "BF16") {
    each<std::uint16_t>(e.bytes, [&](std::size_t i, auto bits) { store(i, from_bfloat16(bits)); });
  }
  return t;
}

Indices SafetensorsFile::indices(const std::string& name) const {
  const Entry& e = entry(name);
  std::vector<std::int32_t> values;
  const auto store = [&](std::size_t i, std::int64_t value) {
    require(value >= INT32_MIN && value <= INT32_MAX, Exit::damaged,
            "{}: tensor '{}': element {} is {}, which does not fit 32 bits", path_, name, i, value);
    values.push_back(static_cast<std::int32_t>(value));
  };
  values.reserve(static_cast<std::size_t>(e.shape.size()));
  if (e.dtype == "I64") {
    each<std::int64_t>(e.bytes, store);
  } else if (e.dtype == "I32") {
    each<std::int32_t>(e.bytes, store);
  } else if (e.dtype == "I16") {
    each<std::int16_t>(e.bytes, store);
  } else if (e.dtype == "U16") {
    each<std::uint16_t>(e.bytes, store);
  } else if (e.dtype == "U8" || e.dtype == "BOOL") {
    each<std::uint8_t>(e.bytes, store);
  } else if (e.dtype == "I8") {
    each<std::int8_t>(e.bytes, store);
  } else {
    fail(Exit::damaged,
         "{}: tensor '{}' is {} {}, expected one of I64, I32, I16, U16, U8, I8, BOOL", path_, name,
         e.dtype, e.shape);
  }
  return {e.shape, std::move(values)};
}

std::map<std::string, Tensor> SafetensorsFile::tensors() const {
  std::map<std::string, Tensor> all;
  for (const auto& [name, e] : entries_) {
    if (is_floating(e.dtype)) all.emplace(name, tensor(name));
  }
  return all;
}

}  // namespace dlt::io
