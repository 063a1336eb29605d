#include "api/operator.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/rng.h"

namespace dlt::api {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// Parts between separators that are not inside brackets.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '[') ++depth;
    if (i < text.size() && text[i] == ']') --depth;
    if (i < text.size() && (text[i] != separator || depth > 0)) continue;
    const auto part = trimmed(text.substr(begin, i - begin));
    if (!part.empty()) parts.push_back(part);
    begin = i + 1;
  }
  return parts;
}

std::vector<Argument> parse_arguments(std::string_view text) {
  std::vector<Argument> all;
  for (std::string_view part : split(text, ',')) {
    Argument a;
    const auto ends = [&](std::string_view mark) {
      if (!part.ends_with(mark)) return false;
      part.remove_suffix(mark.size());
      return true;
    };
    a.variadic = ends("...");
    a.optional = ends("?");
    a.constant = ends("!");
    a.integer = ends(":int");
    a.name = part;
    all.push_back(std::move(a));
  }
  return all;
}

double number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size(), "'{}' is not a number", text);
  return value;
}

struct Drawn {
  std::string_view name;
  Shape shape;
  bool integer, ranged;
  double low = 0, high = 0;
};

// "index:int[4] 0..5"
Drawn parse_drawn(std::string_view text) {
  const auto open = text.find('['), close = text.find(']');
  require(open != text.npos && close != text.npos, "'{}' is not of the form x[2, 3] -1..1", text);
  std::string_view name = text.substr(0, open), range = trimmed(text.substr(close + 1));
  std::vector<std::int64_t> dims;
  for (std::string_view d : split(text.substr(open + 1, close - open - 1), ',')) {
    dims.push_back(static_cast<std::int64_t>(number(d)));
  }
  Drawn drawn{name, Shape(std::move(dims)), name.ends_with(":int"), !range.empty()};
  if (drawn.integer) drawn.name.remove_suffix(4);
  if (drawn.ranged) {
    const auto dots = range.find("..");
    drawn.low = number(range.substr(0, dots));
    drawn.high = number(range.substr(dots + 2));
  }
  return drawn;
}

Value draw(const Drawn& d, Rng& rng) {
  if (d.integer) {
    const double count = d.ranged ? d.high - d.low + 1 : 2;
    std::vector<std::int32_t> values(static_cast<std::size_t>(d.shape.size()));
    for (auto& v : values) v = static_cast<std::int32_t>(d.low + std::floor(rng.uniform(0, count)));
    return Indices(d.shape, std::move(values));
  }
  Tensor t = Tensor::uninitialized(d.shape);
  for (std::int64_t i = 0; i < t.size(); ++i) {
    t.mutable_data()[i] =
        static_cast<real>(d.ranged ? rng.uniform(d.low, d.high) : rng.uniform(-1, 1));
  }
  return t;
}

std::string shown(const Value& v) {
  if (const auto* t = std::get_if<Tensor>(&v)) return t->shape().str();
  return std::get<Indices>(v).shape().str();
}

void check_kind(std::string_view op, const Argument& a, const Value& v) {
  const bool integer = std::holds_alternative<Indices>(v);
  require(integer == a.integer, Exit::usage, "{}: input '{}' {} is {}, expected {}", op, a.name,
          shown(v), integer ? "int64" : "float32", a.integer ? "int64" : "float32");
}

}  // namespace

const Value* Inputs::look(std::string_view name) const {
  const auto at = std::ranges::find(values_, name, &std::pair<std::string, Value>::first);
  return at == values_.end() ? nullptr : &at->second;
}

const Tensor& Inputs::operator[](std::string_view name) const {
  return std::get<Tensor>(*look(name));
}

Tensor Inputs::optional(std::string_view name) const {
  const Value* v = look(name);
  return v == nullptr ? Tensor() : std::get<Tensor>(*v);
}

const Indices& Inputs::indices(std::string_view name) const {
  return std::get<Indices>(*look(name));
}

Indices Inputs::optional_indices(std::string_view name) const {
  const Value* v = look(name);
  return v == nullptr ? Indices() : std::get<Indices>(*v);
}

std::vector<Tensor> Inputs::all() const {
  std::vector<Tensor> tensors;
  for (const auto& [name, value] : values_) tensors.push_back(std::get<Tensor>(value));
  return tensors;
}

Signature parse_signature(std::string_view text) {
  const auto arrow = text.find("->");
  require(arrow != text.npos, "signature '{}' has no ->", text);
  return {parse_arguments(text.substr(0, arrow)), parse_arguments(text.substr(arrow + 2))};
}

Inputs example_inputs(std::string_view text, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::pair<std::string, Value>> values;
  for (std::string_view part : split(text, ',')) {
    const Drawn d = parse_drawn(part);
    values.emplace_back(d.name, draw(d, rng));
  }
  return Inputs(std::move(values));
}

Prepared prepare(std::string_view name, config::Reader attributes) {
  const Exported<Operator>& entry = operators().find(name);
  Call call = entry.make.make(attributes);
  attributes.done();
  return {&entry, parse_signature(entry.make.signature), std::move(call)};
}

Outputs run(const Prepared& op, const Inputs& inputs) {
  const std::string name = op.entry->canonical();
  const std::vector<Argument>& wanted = op.signature.inputs;
  std::vector<std::string_view> known;
  known.reserve(wanted.size());
  for (const Argument& a : wanted) known.push_back(a.name);
  const bool variadic = !wanted.empty() && wanted.front().variadic;
  for (const auto& [given, value] : inputs.values()) {
    const auto at = variadic ? wanted.begin() : std::ranges::find(wanted, given, &Argument::name);
    require(at != wanted.end(), Exit::usage, "{}: has no input '{}'{}", name, given,
            did_you_mean(given, known));
    check_kind(name, *at, value);
  }
  require(!variadic || !inputs.values().empty(), Exit::usage, "{}: needs at least one input", name);
  for (const Argument& a : wanted) {
    const bool given =
        std::ranges::any_of(inputs.values(), [&](const auto& v) { return v.first == a.name; });
    require(given || a.optional || variadic, Exit::usage, "{}: input '{}' is missing; it takes {}",
            name, a.name, op.entry->make.signature);
  }
  return op.call(inputs);
}

}  // namespace dlt::api
