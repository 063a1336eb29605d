#include <array>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "io/safetensors.h"
#include "io/safetensors_header.h"

namespace dlt::io {
namespace {

using nlohmann::ordered_json;

constexpr const char* real_dtype = sizeof(real) == 4 ? "F32" : "F64";

void check_name(const std::string& name, const std::string& path) {
  require(name != metadata_key, "cannot write '{}': no tensor may be called {}", path, name);
  require(is_utf8(name), "cannot write '{}': a tensor's name is not UTF-8", path);
}

// Places tensors one after the other and writes down where.
class Layout {
 public:
  explicit Layout(const Metadata& metadata) {
    if (metadata.empty()) return;
    header_[std::string(metadata_key)] = metadata;
  }

  void place(const std::string& name, const char* dtype, const Shape& shape, std::size_t width) {
    const std::size_t begin = at_;
    at_ += static_cast<std::size_t>(shape.size()) * width;
    header_[name] = {{"dtype", dtype}, {"shape", shape.dims()}, {"data_offsets", {begin, at_}}};
  }

  bool has(const std::string& name) const { return header_.contains(name); }

  std::string header() const {  // with its length before it
    std::string text = header_.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string length;
    for (std::size_t i = 0, n = text.size(); i < 8; ++i, n >>= 8)
      length += static_cast<char>(n & 255);
    return length + text;
  }

 private:
  ordered_json header_ = ordered_json::object();
  std::size_t at_ = 0;
};

void write_indices(NewFile& file, const Indices& indices) {
  std::array<std::int64_t, 4096> wide;
  const auto& values = indices.values();
  for (std::size_t i = 0; i < values.size();) {
    std::size_t n = 0;
    while (n < wide.size() && i < values.size()) wide[n++] = values[i++];
    file.write(wide.data(), n * sizeof wide[0]);
  }
}

}  // namespace

void write_safetensors(const std::string& path, const SafetensorsContent& content) {
  Layout layout(content.metadata);
  const auto place = [&](const std::string& name, const char* dtype, const Shape& shape,
                         std::size_t width) {
    check_name(name, path);
    require(!layout.has(name), "cannot write '{}': '{}' is given twice", path, name);
    layout.place(name, dtype, shape, width);
  };
  for (const auto& [name, indices] : content.indices) {  // I64 ranks above F64, F32 and U8
    place(name, "I64", indices.shape(), sizeof(std::int64_t));
  }
  for (const auto& [name, list] : content.counts) {
    place(name, "I64", Shape{std::ssize(list)}, sizeof(std::int64_t));
  }
  for (const auto& [name, tensor] : content.tensors) {
    place(name, real_dtype, tensor.shape(), sizeof(real));
  }
  for (const auto& [name, list] : content.bytes) place(name, "U8", Shape{std::ssize(list)}, 1);

  NewFile file(path);
  file.write(layout.header());
  for (const auto& [name, indices] : content.indices) write_indices(file, indices);
  for (const auto& [name, list] : content.counts) file.write(list.data(), list.size_bytes());
  for (const auto& [name, tensor] : content.tensors) {
    file.write(tensor.data(), tensor.values().size_bytes());
  }
  for (const auto& [name, list] : content.bytes) file.write(list);
  file.commit();
}

}  // namespace dlt::io
