#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "tensor/tensor.h"

// The safetensors format (huggingface.co/docs/safetensors), reader and writer with every validity
// rule. A damaged or lying file is an Error with Exit::damaged naming file, tensor and rule.
namespace dlt::io {

using Metadata = std::map<std::string, std::string>;

// An open file: header checked in full, data mapped and read only on demand.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);

  struct Entry {
    std::string dtype;  // "F32", "I64", ... as the format spells it
    Shape shape;
    std::span<const std::byte> bytes;
  };
  const std::string& path() const { return path_; }
  const std::map<std::string, Entry>& entries() const { return entries_; }
  const Metadata& metadata() const { return metadata_; }

  Tensor tensor(const std::string& name) const;  // F64, F32, F16, BF16 become `real`
  Indices indices(
      const std::string& name) const;  // I64, I32, I16, U16, U8, I8, BOOL; must fit int32
  std::map<std::string, Tensor> tensors() const;  // every floating-point entry

 private:
  const Entry& entry(const std::string& name) const;

  std::string path_;
  MappedFile file_;
  std::map<std::string, Entry> entries_;
  Metadata metadata_;
};

// What to write: F32 from tensors (F64 in the double build), I64 from integers, U8 from bytes.
struct SafetensorsContent {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, Indices> indices;
  Metadata metadata;
  // Lists: kept by the caller.
  std::map<std::string, std::span<const std::int64_t>> counts = {};
  std::map<std::string, std::string_view> bytes = {};
};

// Deterministic bytes: metadata first with sorted keys, tensors by dtype then name, header padded
// to 8 bytes. Atomic: the file appears whole or not at all.
void write_safetensors(const std::string& path, const SafetensorsContent& content);

}  // namespace dlt::io
