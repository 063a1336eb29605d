#include "io/npz.h"

#include <zlib.h>

#include "base/file.h"

namespace dlt::io {
namespace {

void put(std::string& to, std::uint64_t value, int bytes) {  // little-endian
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i) & 255);
}

// numpy/lib/format.py, version 1.0: magic, length, a Python dict padded to a multiple of 64 bytes.
std::string npy_header(const NpyArray& array) {
  std::string dims;
  for (std::int64_t d : array.shape) dims += std::to_string(d) + ", ";
  std::string dict =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", array.type, dims);
  constexpr std::size_t before = 10, alignment = 64;
  const std::size_t total = (before + dict.size() + 1 + alignment - 1) / alignment * alignment;
  dict.resize(total - before - 1, ' ');
  std::string out("\x93NUMPY\x01\x00", 8);
  put(out, dict.size() + 1, 2);
  return out + dict + '\n';
}

// The fields that a zip member's local header and its directory entry share (PKWARE APPNOTE 4.3.7).
std::string zip_fields(const std::string& name, std::uint32_t crc, std::uint64_t bytes) {
  constexpr int version = 20, utf8_name = 1 << 11, stored = 0, midnight = 0, first_of_1980 = 0x21;
  std::string out;
  for (int value : {version, utf8_name, stored, midnight, first_of_1980}) put(out, value, 2);
  put(out, crc, 4);
  put(out, bytes, 4);  // compressed
  put(out, bytes, 4);
  put(out, name.size(), 2);
  put(out, 0, 2);  // no extra field
  return out;
}

class Zip {
 public:
  explicit Zip(const std::string& path) : file_(path) {}

  void add(const std::string& name, std::string_view head, std::string_view body) {
    uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(head.data()), head.size());
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(body.data()), body.size());
    const std::string fields =
        zip_fields(name, static_cast<std::uint32_t>(crc), head.size() + body.size());
    directory_ += "PK\1\2\x14";
    directory_ += '\0';  // made by version 2.0
    directory_ += fields;
    put(directory_, 0, 2 + 2 + 2);  // comment, disk, internal attributes
    put(directory_, 0, 4);          // external attributes
    put(directory_, at_, 4);
    directory_ += name;
    ++members_;
    write("PK\3\4" + fields + name);
    write(head);
    write(body);
  }

  void finish() {
    std::string end = "PK\5\6";
    put(end, 0, 4);  // disks
    put(end, members_, 2);
    put(end, members_, 2);
    put(end, directory_.size(), 4);
    put(end, at_, 4);
    put(end, 0, 2);  // comment
    write(directory_ + end);
    file_.commit();
  }

 private:
  void write(std::string_view bytes) {
    at_ += bytes.size();
    file_.write(bytes);
  }

  NewFile file_;
  std::string directory_;
  std::uint64_t at_ = 0;
  std::uint64_t members_ = 0;
};

void check_limits(const std::string& path, const std::map<std::string, NpyArray>& arrays) {
  constexpr std::uint64_t limit = 0xFFFFFFFF, most = 0xFFFE;
  std::uint64_t total = 0;
  for (const auto& [name, array] : arrays) {
    total += array.bytes.size() + npy_header(array).size() + 2 * name.size() + 200;
  }
  require(
      total < limit && arrays.size() <= most,
      "cannot write '{}': {} arrays with {} bytes do not fit an .npz, which ends at 65534 and 4 "
      "GiB; take another format",
      path, arrays.size(), total);
}

}  // namespace

void write_npz_arrays(const std::string& path, const std::map<std::string, NpyArray>& arrays) {
  check_limits(path, arrays);
  Zip zip(path);
  for (const auto& [name, array] : arrays) {
    zip.add(name + ".npy", npy_header(array), array.bytes);
  }
  zip.finish();
}

void write_npz(const std::string& path, const std::map<std::string, Tensor>& tensors) {
  std::map<std::string, NpyArray> arrays;
  for (const auto& [name, tensor] : tensors) {
    const auto bytes = tensor.values();
    const auto dims = tensor.shape().dims();
    arrays[name] = {fmt::format("<f{}", sizeof(real)),
                    {dims.begin(), dims.end()},
                    {reinterpret_cast<const char*>(bytes.data()), bytes.size_bytes()}};
  }
  write_npz_arrays(path, arrays);
}

}  // namespace dlt::io
