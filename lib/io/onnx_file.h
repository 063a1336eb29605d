#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// ONNX models (github.com/onnx/onnx, onnx.proto), as far as dlt writes them: one graph of operators
// of the default domain, with float and int64 constants.
namespace dlt::io {

struct OnnxAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>> value;
  bool operator==(const OnnxAttribute&) const = default;
};

struct OnnxNode {
  std::string type, name;  // "Conv", "features.0.0"
  std::vector<std::string> inputs, outputs;
  std::vector<OnnxAttribute> attributes = {};
  bool operator==(const OnnxNode&) const = default;
};

struct OnnxConstant {
  std::string name;
  std::vector<std::int64_t> dims;  // none: a scalar
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;
  bool operator==(const OnnxConstant&) const = default;
};

// An input or output of floats. A dimension is a number or the name of one that can vary.
struct OnnxValue {
  std::string name;
  std::vector<std::variant<std::int64_t, std::string>> dims;
  bool operator==(const OnnxValue&) const = default;
};

struct OnnxModel {
  std::string graph;            // its name
  std::vector<OnnxNode> nodes;  // each after those whose outputs it takes
  std::vector<OnnxConstant> constants;
  std::vector<OnnxValue> inputs, outputs;
  std::vector<std::pair<std::string, std::string>> metadata;  // key, value
  bool operator==(const OnnxModel&) const = default;
};

// Opset 17 in IR version 8. An Error (Exit::failed) where the file would be over 2 GiB, the most
// that a protobuf may have, or cannot be written: then there is no file.
void write_onnx(const std::string& path, const OnnxModel& model);

// What write_onnx has written; other fields are passed over. An Error (Exit::damaged) that names
// the file where it is no such model.
OnnxModel read_onnx(const std::string& path);

}  // namespace dlt::io
