#pragma once

#include <cstdint>

// Field numbers and codes of onnx.proto that are both written and read.
namespace dlt::io::onnx {

enum class ModelField : std::uint32_t {
  ir_version = 1,
  producer = 2,
  producer_version = 3,
  graph = 7,
  opset = 8,
  metadata = 14
};
enum class OpsetField : std::uint32_t { domain = 1, version = 2 };
enum class EntryField : std::uint32_t { key = 1, value = 2 };
enum class GraphField : std::uint32_t { node = 1, name = 2, constant = 5, input = 11, output = 12 };
enum class NodeField : std::uint32_t { input = 1, output = 2, name = 3, type = 4, attribute = 5 };
enum class AttributeField : std::uint32_t { name = 1, f = 2, i = 3, s = 4, ints = 8, type = 20 };
enum class TensorField : std::uint32_t { dims = 1, type = 2, name = 8, raw = 9 };
enum class ValueField : std::uint32_t { name = 1, type = 2 };
enum class TypeField : std::uint32_t { tensor = 1 };
enum class TensorTypeField : std::uint32_t { element = 1, shape = 2 };
enum class ShapeField : std::uint32_t { dim = 1 };
enum class DimField : std::uint32_t { value = 1, parameter = 2 };

constexpr std::int64_t type_float = 1, type_int64 = 7;  // of tensors
constexpr std::int64_t attribute_float = 1, attribute_int = 2, attribute_string = 3,
                       attribute_ints = 7;

constexpr std::int64_t ir_version = 8, opset_version = 17;

}  // namespace dlt::io::onnx
