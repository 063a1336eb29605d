#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "io/onnx_fields.h"
#include "io/onnx_file.h"

namespace dlt::io {
namespace {

using namespace onnx;

constexpr std::size_t most_bytes = (std::size_t{1} << 31) - 1;

// A protobuf message (protobuf.dev/programming-guides/encoding) that grows at its end.
class Message {
 public:
  template <class Field>
  void number(Field field, std::int64_t value) {
    key(field, 0);
    varint(static_cast<std::uint64_t>(value));
  }
  template <class Field>
  void number(Field field, float value) {
    key(field, 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class Field>
  void text(Field field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
  }
  template <class Field>
  void message(Field field, const Message& value) {
    text(field, value.bytes_);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class Field>
  void key(Field field, std::uint64_t wire) {
    varint(static_cast<std::uint64_t>(field) << 3 | wire);
  }
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_ += static_cast<char>(value | 128);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

struct AttributeWriter {
  Message& m;
  void operator()(std::int64_t i) const {
    m.number(AttributeField::i, i);
    m.number(AttributeField::type, attribute_int);
  }
  void operator()(float f) const {
    m.number(AttributeField::f, f);
    m.number(AttributeField::type, attribute_float);
  }
  void operator()(const std::string& s) const {
    m.text(AttributeField::s, s);
    m.number(AttributeField::type, attribute_string);
  }
  void operator()(const std::vector<std::int64_t>& ints) const {
    for (const std::int64_t i : ints) m.number(AttributeField::ints, i);
    m.number(AttributeField::type, attribute_ints);
  }
};

Message node_message(const OnnxNode& node) {
  Message m;
  for (const std::string& name : node.inputs) m.text(NodeField::input, name);
  for (const std::string& name : node.outputs) m.text(NodeField::output, name);
  m.text(NodeField::name, node.name);
  m.text(NodeField::type, node.type);
  for (const OnnxAttribute& a : node.attributes) {
    Message attribute;
    attribute.text(AttributeField::name, a.name);
    std::visit(AttributeWriter{attribute}, a.value);
    m.message(NodeField::attribute, attribute);
  }
  return m;
}

Message constant_message(const OnnxConstant& c) {
  Message m;
  for (const std::int64_t d : c.dims) m.number(TensorField::dims, d);
  m.number(TensorField::type, c.values.index() == 0 ? type_float : type_int64);
  m.text(TensorField::name, c.name);
  std::visit(
      [&m](const auto& values) {
        m.text(TensorField::raw,
               {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])});
      },
      c.values);
  return m;
}

Message value_message(const OnnxValue& value) {
  Message shape, tensor, type, m;
  for (const auto& d : value.dims) {
    Message dim;
    if (d.index() == 0) dim.number(DimField::value, std::get<0>(d));
    if (d.index() == 1) dim.text(DimField::parameter, std::get<1>(d));
    shape.message(ShapeField::dim, dim);
  }
  tensor.number(TensorTypeField::element, type_float);
  tensor.message(TensorTypeField::shape, shape);
  type.message(TypeField::tensor, tensor);
  m.text(ValueField::name, value.name);
  m.message(ValueField::type, type);
  return m;
}

std::size_t constant_bytes(const OnnxModel& model) {
  std::size_t bytes = 0;
  for (const OnnxConstant& c : model.constants)
    bytes += std::visit([](const auto& v) { return v.size() * sizeof(v[0]); }, c.values);
  return bytes;
}

Message graph_message(const OnnxModel& model) {
  Message m;
  for (const OnnxNode& n : model.nodes) m.message(GraphField::node, node_message(n));
  m.text(GraphField::name, model.graph);
  for (const OnnxConstant& c : model.constants)
    m.message(GraphField::constant, constant_message(c));
  for (const OnnxValue& v : model.inputs) m.message(GraphField::input, value_message(v));
  for (const OnnxValue& v : model.outputs) m.message(GraphField::output, value_message(v));
  return m;
}

Message model_message(const OnnxModel& model) {
  Message m, opset;
  m.number(ModelField::ir_version, ir_version);
  m.text(ModelField::producer, "dlt");
  m.message(ModelField::graph, graph_message(model));
  opset.text(OpsetField::domain, "");
  opset.number(OpsetField::version, opset_version);
  m.message(ModelField::opset, opset);
  for (const auto& [key, value] : model.metadata) {
    Message entry;
    entry.text(EntryField::key, key);
    entry.text(EntryField::value, value);
    m.message(ModelField::metadata, entry);
  }
  return m;
}

}  // namespace

void write_onnx(const std::string& path, const OnnxModel& model) {
  const auto check = [&path](std::size_t bytes) {
    require(bytes <= most_bytes,
            "'{}' would have {} bytes, but an ONNX file may have 2 GiB at most: write the weights "
            "alone (dlt export weights), or make the model smaller",
            path, bytes);
  };
  check(constant_bytes(model));  // before they are copied
  const Message m = model_message(model);
  check(m.bytes().size());
  write_file(path, m.bytes());
}

}  // namespace dlt::io
