#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <vector>

#include "base/parallel.h"
#include "base/utf8.h"
#include "embed/vector_formats.h"

namespace dlt::embed {
namespace {

static_assert(std::endian::native == std::endian::little, "files are read as they lie in memory");

constexpr std::size_t longest_word = 1 << 16;  // longer: these are no words

}  // namespace

Vectors read_vector_binary(std::string_view bytes, const std::string& path) {
  const VectorHeader header = read_vector_header(bytes, path);
  const auto [words, dim, rest] = header;
  const auto size = std::ssize(rest);
  require(dim <= size / 4 && words <= size / (4 * dim + 2), Exit::damaged,
          "{}:1: the first line names {} words of {} numbers, only {} bytes follow: the file is "
          "cut off",
          path, words, dim, size);
  const std::size_t width = static_cast<std::size_t>(dim) * sizeof(float);
  const std::size_t offset = bytes.size() - rest.size();
  Vectors vectors;
  vectors.words.reserve(static_cast<std::size_t>(words));
  std::vector<std::size_t> begins;  // of each word's numbers
  begins.reserve(static_cast<std::size_t>(words));
  const auto place = [&](std::size_t row, std::size_t at) {
    return fmt::format("{}: word {}, byte {}", path, row + 1, offset + at);
  };
  std::size_t at = 0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(words); ++row) {
    if (at < rest.size() && rest[at] == '\n') ++at;  // some writers leave it out
    const std::string_view ahead = rest.substr(at, longest_word);
    const auto length = ahead.find(' ');
    require(length != ahead.npos, Exit::damaged, "{}: {}", place(row, at),
            ahead.size() < longest_word
                ? "the file is cut off"
                : "no word ends here: the file is damaged or its first line lies");
    vectors.words.emplace_back(ahead.substr(0, length));
    begins.push_back(at + length + 1);
    require(rest.size() - begins.back() >= width, Exit::damaged,
            "{}: '{}' needs {} bytes of numbers, {} are left: the file is cut off", place(row, at),
            printable(vectors.words.back()), width, rest.size() - begins.back());
    at = begins.back() + width;
  }
  if (at < rest.size() && rest[at] == '\n') ++at;
  check_words(vectors, [&](std::int64_t row) {
    const auto r = static_cast<std::size_t>(row);
    return place(r, begins[r] - vectors.words[r].size() - 1);
  });
  require(at == rest.size(), Exit::damaged,
          "{}: the first line names {} words, the file goes on after them at byte {}", path, words,
          offset + at);
  vectors.rows = Tensor::uninitialized({words, dim});
  real* out = vectors.rows.mutable_data();
  parallel_each(words, dim, [&](std::int64_t i) {
    const char* from = rest.data() + begins[static_cast<std::size_t>(i)];
    if constexpr (sizeof(real) == sizeof(float)) {
      std::memcpy(out + i * dim, from, width);
    } else {
      for (std::int64_t j = 0; j < dim; ++j) {
        float value = 0;
        std::memcpy(&value, from + j * 4, sizeof value);
        out[i * dim + j] = value;
      }
    }
  });
  const std::int64_t bad = not_finite(vectors.rows);
  require(
      bad < 0, Exit::damaged, "{}: '{}' has a number that is not finite",
      bad < 0 ? "" : place(static_cast<std::size_t>(bad), begins[static_cast<std::size_t>(bad)]),
      bad < 0 ? "" : printable(vectors.words[static_cast<std::size_t>(bad)]));
  return vectors;
}

void write_vector_binary(NewFile& file, const Vectors& vectors) {
  constexpr std::size_t enough = 1 << 20;
  const std::int64_t dim = vectors.dim();
  std::string buffer;
  std::vector<float> row(static_cast<std::size_t>(dim));
  for (std::int64_t i = 0; i < vectors.size(); ++i) {
    const real* from = vectors.rows.data() + i * dim;
    std::transform(from, from + dim, row.begin(), [](real x) { return static_cast<float>(x); });
    buffer += vectors.words[static_cast<std::size_t>(i)];
    buffer += ' ';
    buffer.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float));
    buffer += '\n';
    if (buffer.size() < enough) continue;
    file.write(buffer);
    buffer.clear();
  }
  file.write(buffer);
}

}  // namespace dlt::embed
