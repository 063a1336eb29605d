#include <cstring>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "io/onnx_fields.h"
#include "io/onnx_file.h"

namespace dlt::io {
namespace {

using namespace onnx;

// One field of a protobuf message: a number, or bytes.
struct Field {
  std::uint64_t id = 0, number = 0;
  std::string_view bytes;
  template <class E>
  bool is(E e) const {
    return id == static_cast<std::uint64_t>(e);
  }
  std::int64_t integer() const { return static_cast<std::int64_t>(number); }
  std::string text() const { return std::string(bytes); }
};

// Walks over the fields of a message; an Error without the file's name where it is none.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  std::optional<Field> next() {
    if (rest_.empty()) return {};
    const std::uint64_t key = varint();
    Field f{key >> 3, 0, {}};
    switch (key & 7) {
      case 0:
        f.number = varint();
        break;
      case 1:
        f.bytes = take(8);
        break;
      case 2:
        f.bytes = take(varint());
        break;
      case 5:
        f.bytes = take(4);
        break;
      default:
        fail(Exit::damaged, "a field has no type of protobuf's");
    }
    return f;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    fail(Exit::damaged, "a number is too long");
  }
  std::string_view take(std::uint64_t count) {
    require(count <= rest_.size(), Exit::damaged, "it ends too early");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

template <class F>
void for_fields(std::string_view bytes, const F& f) {
  Fields fields(bytes);
  while (const auto field = fields.next()) f(*field);
}

template <class T>
std::vector<T> numbers(std::string_view raw) {
  std::vector<T> values(raw.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
  return values;
}

OnnxAttribute read_attribute(std::string_view bytes) {
  OnnxAttribute a{{}, std::vector<std::int64_t>{}};
  for_fields(bytes, [&a](const Field& f) {
    if (f.is(AttributeField::name)) a.name = f.text();
    if (f.is(AttributeField::i)) a.value = f.integer();
    if (f.is(AttributeField::s)) a.value = f.text();
    if (f.is(AttributeField::f)) {
      require(f.bytes.size() == sizeof(float), Exit::damaged, "attribute '{}' is no float", a.name);
      a.value = numbers<float>(f.bytes)[0];
    }
    if (f.is(AttributeField::ints)) {
      if (a.value.index() != 3) a.value = std::vector<std::int64_t>{};
      std::get<3>(a.value).push_back(f.integer());
    }
  });
  return a;
}

OnnxNode read_node(std::string_view bytes) {
  OnnxNode node;
  for_fields(bytes, [&node](const Field& f) {
    if (f.is(NodeField::input)) node.inputs.push_back(f.text());
    if (f.is(NodeField::output)) node.outputs.push_back(f.text());
    if (f.is(NodeField::name)) node.name = f.text();
    if (f.is(NodeField::type)) node.type = f.text();
    if (f.is(NodeField::attribute)) node.attributes.push_back(read_attribute(f.bytes));
  });
  return node;
}

OnnxConstant read_constant(std::string_view bytes) {
  OnnxConstant c;
  std::int64_t type = 0;
  std::string_view raw;
  for_fields(bytes, [&](const Field& f) {
    if (f.is(TensorField::dims)) c.dims.push_back(f.integer());
    if (f.is(TensorField::type)) type = f.integer();
    if (f.is(TensorField::name)) c.name = f.text();
    if (f.is(TensorField::raw)) raw = f.bytes;
  });
  require(type == type_float || type == type_int64, Exit::damaged,
          "constant '{}' holds neither float nor int64", c.name);
  if (type == type_float) c.values = numbers<float>(raw);
  if (type == type_int64) c.values = numbers<std::int64_t>(raw);
  return c;
}

void read_shape(std::string_view bytes, OnnxValue& value) {
  for_fields(bytes, [&value](const Field& f) {
    if (!f.is(ShapeField::dim)) return;
    value.dims.emplace_back(std::int64_t{0});
    for_fields(f.bytes, [&value](const Field& dim) {
      if (dim.is(DimField::value)) value.dims.back() = dim.integer();
      if (dim.is(DimField::parameter)) value.dims.back() = dim.text();
    });
  });
}

OnnxValue read_value(std::string_view bytes) {
  OnnxValue value;
  for_fields(bytes, [&value](const Field& f) {
    if (f.is(ValueField::name)) value.name = f.text();
    if (!f.is(ValueField::type)) return;
    for_fields(f.bytes, [&value](const Field& type) {
      if (!type.is(TypeField::tensor)) return;
      for_fields(type.bytes, [&value](const Field& tensor) {
        if (tensor.is(TensorTypeField::shape)) read_shape(tensor.bytes, value);
      });
    });
  });
  return value;
}

void read_graph(std::string_view bytes, OnnxModel& model) {
  for_fields(bytes, [&model](const Field& f) {
    if (f.is(GraphField::node)) model.nodes.push_back(read_node(f.bytes));
    if (f.is(GraphField::name)) model.graph = f.text();
    if (f.is(GraphField::constant)) model.constants.push_back(read_constant(f.bytes));
    if (f.is(GraphField::input)) model.inputs.push_back(read_value(f.bytes));
    if (f.is(GraphField::output)) model.outputs.push_back(read_value(f.bytes));
  });
}

OnnxModel read_model(std::string_view bytes) {
  OnnxModel model;
  bool graph = false;
  for_fields(bytes, [&](const Field& f) {
    if (f.is(ModelField::graph)) {
      graph = true;
      read_graph(f.bytes, model);
    }
    if (!f.is(ModelField::metadata)) return;
    auto& entry = model.metadata.emplace_back();
    for_fields(f.bytes, [&entry](const Field& e) {
      if (e.is(EntryField::key)) entry.first = e.text();
      if (e.is(EntryField::value)) entry.second = e.text();
    });
  });
  require(graph, Exit::damaged, "it has no graph");
  return model;
}

}  // namespace

OnnxModel read_onnx(const std::string& path) {
  const MappedFile file(path, Exit::damaged);
  try {
    return read_model(file.text());
  } catch (const Error& e) {
    fail(Exit::damaged, "'{}' is no ONNX model: {}", path, e.what());
  }
}

}  // namespace dlt::io
