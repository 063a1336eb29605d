#include <cstring>
#include <zlib.h>

#include "base/file.h"
#include "io/npz.h"

namespace dlt::io {
namespace {

// Walks a file's bytes; past its end the file is damaged.
class Cursor {
 public:
  Cursor(std::string_view text, const std::string& path) : rest_(text), path_(path) {}

  std::string_view take(std::size_t bytes) {
    check(bytes <= rest_.size());
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::uint64_t number(std::size_t bytes) {  // little-endian
    std::uint64_t value = 0, shift = 0;
    for (char c : take(bytes)) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return value;
  }
  bool at(std::string_view mark) const { return rest_.starts_with(mark); }
  void check(bool ok) const {
    require(ok, Exit::damaged, "'{}' is damaged, or no .npz that dlt has written", path_);
  }

 private:
  std::string_view rest_;
  const std::string& path_;
};

// The sizes in "... 'shape': (2, 3, ), }".
Shape read_shape(std::string_view dict, const Cursor& file) {
  const std::size_t open = dict.find("'shape': ("), close = dict.find(')');
  file.check(open != dict.npos && close != dict.npos && open < close);
  std::vector<std::int64_t> dims;
  std::int64_t elements = 1;
  bool inside = false;
  for (char c : dict.substr(open + 10, close - open - 10)) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) dims.push_back(0);
    if (digit) dims.back() = dims.back() * 10 + (c - '0');
    file.check((digit || c == ',' || c == ' ') && (dims.empty() || dims.back() <= UINT32_MAX));
    inside = digit;
  }
  for (std::int64_t d : dims) {
    elements *= d;
    file.check(elements <= UINT32_MAX);
  }
  return Shape(std::move(dims));
}

Tensor read_array(std::string_view npy, const std::string& path) {
  Cursor file(npy, path);
  file.check(file.take(8) == std::string_view("\x93NUMPY\x01\x00", 8));
  const std::string_view dict = file.take(file.number(2));
  file.check(dict.find(fmt::format("'<f{}'", sizeof(real))) != dict.npos &&
             dict.find("'fortran_order': False") != dict.npos);
  const Shape shape = read_shape(dict, file);
  const auto values = file.take(static_cast<std::size_t>(shape.size()) * sizeof(real));
  Tensor t = Tensor::uninitialized(shape);
  std::memcpy(t.mutable_data(), values.data(), values.size());
  return t;
}

}  // namespace

std::map<std::string, Tensor> read_npz(const std::string& path) {
  const MappedFile mapped(path, Exit::damaged);
  Cursor file(mapped.text(), path);
  std::map<std::string, Tensor> all;
  while (file.at("PK\3\4")) {
    file.take(4 + 2 + 2);             // mark, version, flags
    file.check(file.number(2) == 0);  // stored
    file.take(4);                     // time
    const std::uint64_t crc = file.number(4);
    file.take(4);  // the same size, compressed
    const std::size_t bytes = file.number(4), name_bytes = file.number(2), extra = file.number(2);
    std::string name(file.take(name_bytes));
    file.take(extra);
    const std::string_view npy = file.take(bytes);
    file.check(name.ends_with(".npy") &&
               crc32_z(0, reinterpret_cast<const Bytef*>(npy.data()), npy.size()) == crc);
    name.resize(name.size() - 4);
    all.emplace(std::move(name), read_array(npy, path));
  }
  file.check(file.at("PK\1\2") || file.at("PK\5\6"));
  return all;
}

}  // namespace dlt::io
