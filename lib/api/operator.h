#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "tensor/tensor.h"

// Operators by public name: what `dlt api`, `dlt gradcheck` and `dlt check` call. One row an
// operator in operators_<area>.cpp.
namespace dlt::api {

using Value = std::variant<Tensor, Indices>;

// Named inputs, in the order they were given.
class Inputs {
 public:
  Inputs() = default;
  explicit Inputs(std::vector<std::pair<std::string, Value>> values) : values_(std::move(values)) {}

  const Tensor& operator[](std::string_view name) const;  // one that must be there
  Tensor optional(std::string_view name) const;           // undefined if it is not
  const Indices& indices(std::string_view name) const;
  Indices optional_indices(std::string_view name) const;  // empty if it is not
  std::vector<Tensor> all() const;                        // of a variadic operator
  const std::vector<std::pair<std::string, Value>>& values() const { return values_; }

 private:
  const Value* look(std::string_view name) const;
  std::vector<std::pair<std::string, Value>> values_;
};

using Outputs = std::vector<Value>;
using Call = std::function<Outputs(const Inputs&)>;

// What an operator is, beside its names and summary.
struct Operator {
  // "x, weight, bias? -> y": inputs and outputs. `index:int` holds integers; `rois!` has no
  // gradient; `bias?` may be missing; `x...` stands for one input or more, of any name.
  std::string_view signature;
  // Reads the attributes; the result is called with inputs that fit the signature.
  Call (*make)(config::Reader& attributes);
  // A call that works: attributes as JSON, and inputs "x[2, 3], index[4] 0..5": random numbers in
  // -1..1 (integers in 0..1) where no range is given. Serves documentation, gradcheck and fuzzing.
  std::string_view example_attributes = "{}";
  std::string_view example_inputs = "x[3, 7]";

  bool operator==(const Operator& o) const { return make == o.make; }
};

using Entries = std::vector<Exported<Operator>>;
const Registry<Operator>& operators();

struct Argument {
  std::string name;
  bool integer = false, constant = false, optional = false, variadic = false;
};
struct Signature {
  std::vector<Argument> inputs, outputs;
};
Signature parse_signature(std::string_view text);

// The inputs of an example, drawn from `seed`.
Inputs example_inputs(std::string_view text, std::uint64_t seed);

// An operator with its attributes read: unknown or wrong attributes are errors of `attributes`.
struct Prepared {
  const Exported<Operator>* entry;
  Signature signature;
  Call call;
};
Prepared prepare(std::string_view name, config::Reader attributes);

// Checks the inputs against the signature (names, kinds, what is missing), then calls.
Outputs run(const Prepared& op, const Inputs& inputs);

}  // namespace dlt::api
