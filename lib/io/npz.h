#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace dlt::io {

// numpy's .npz: one "<name>.npy" per tensor in an uncompressed zip archive, for numpy.load. The
// bytes depend on the tensors only. Atomic. An Error where it would pass 4 GiB, the end of plain
// zip.
void write_npz(const std::string& path, const std::map<std::string, Tensor>& tensors);

// An array of any of numpy's types, C order, little-endian.
struct NpyArray {
  std::string type;                 // numpy's own name: "<f4", "<i8", "|S3"
  std::vector<std::int64_t> shape;  // {}: a single value
  std::string_view bytes;
};
void write_npz_arrays(const std::string& path, const std::map<std::string, NpyArray>& arrays);

// Reads what write_npz wrote of tensors (stored members, this build's number type); Exit::damaged
// for any other file, and for one whose checksums are wrong.
std::map<std::string, Tensor> read_npz(const std::string& path);

}  // namespace dlt::io
