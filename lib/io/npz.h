#pragma once

#include <map>
#include <string>

#include "tensor/tensor.h"

namespace dlt::io {

// numpy's .npz: one "<name>.npy" per tensor in an uncompressed zip archive, for numpy.load. The
// bytes depend on the tensors only. Atomic. An Error where it would pass 4 GiB, the end of plain
// zip.
void write_npz(const std::string& path, const std::map<std::string, Tensor>& tensors);

// Reads what write_npz wrote (stored members, this build's number type); Exit::damaged for any
// other file, and for one whose checksums are wrong.
std::map<std::string, Tensor> read_npz(const std::string& path);

}  // namespace dlt::io
