#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::io {

// An array of unsigned bytes, outermost axis first.
struct IdxFile {
  std::vector<std::int64_t> dims;
  std::vector<std::uint8_t> bytes;
};

// The IDX format of the MNIST data sets (LeCun, "The MNIST database"): two zero bytes, the type,
// the number of axes, a big-endian size for each, the elements. Plain or gzip-compressed. A file
// that cannot be read, is damaged, too short or too long is an Error (Exit::data) with the offset.
IdxFile read_idx(const std::string& path);

}  // namespace dlt::io
