#include <limits>
#include <optional>

#include "api/families.h"
#include "ops/elementwise.h"

namespace dlt::api {
namespace {

constexpr double largest = 3e38, infinity = std::numeric_limits<double>::infinity();

Call elu(config::Reader& r) {
  double alpha = 1;
  r.field("alpha", alpha, -largest, largest);
  return [alpha](const Inputs& in) { return Outputs{ops::elu(in["x"], alpha)}; };
}

Call gelu(config::Reader& r) {
  ops::Gelu form = ops::Gelu::erf;
  r.choice("approximate", form, {{"none", ops::Gelu::erf}, {"tanh", ops::Gelu::tanh}});
  return [form](const Inputs& in) { return Outputs{ops::gelu(in["x"], form)}; };
}

Call leaky_relu(config::Reader& r) {
  double slope = 0.01;
  r.field("negative_slope", slope, -largest, largest);
  return [slope](const Inputs& in) { return Outputs{ops::leaky_relu(in["x"], slope)}; };
}

Call clamp(config::Reader& r) {
  std::optional<double> min, max;
  r.field("min", min, -largest, largest);
  r.field("max", max, -largest, largest);
  return [=](const Inputs& in) {
    return Outputs{ops::clamp(in["x"], min.value_or(-infinity), max.value_or(infinity))};
  };
}

Call pow(config::Reader& r) {
  double exponent = 2;
  r.need("exponent", "a number");
  r.field("exponent", exponent, -1000, 1000);
  return [exponent](const Inputs& in) { return Outputs{ops::pow(in["x"], exponent)}; };
}

Call dropout(config::Reader& r) {
  double rate = 0.5;
  std::int64_t seed = 0;
  r.field("p", rate, 0, 0.999999);
  r.field("seed", seed, 0);
  return [=](const Inputs& in) {
    return Outputs{ops::dropout(in["x"], rate, static_cast<std::uint64_t>(seed))};
  };
}

Call where(config::Reader&) {
  return [](const Inputs& in) { return Outputs{ops::where(in.indices("cond"), in["a"], in["b"])}; };
}

Call masked_fill(config::Reader& r) {
  double value = 0;
  r.need("value", "a number");
  r.field("value", value, -largest, largest);
  return [value](const Inputs& in) {
    return Outputs{ops::masked_fill(in["x"], in.indices("mask"), value)};
  };
}

constexpr std::string_view one = "x -> y", two = "a, b -> y";

Entries functions() {
  constexpr std::string_view positive = "x[3, 7] 0.5..2", any = "x[3, 7] -3..3";
  return {
      {{"math.exp", "exp"}, "e to the power of x", {one, unary<ops::exp>}},
      {{"math.log", "log"}, "natural logarithm", {one, unary<ops::log>, "{}", positive}},
      {{"math.log1p", "log1p"}, "log(1 + x)", {one, unary<ops::log1p>, "{}", "x[3, 7] -0.5..2"}},
      {{"math.sqrt", "sqrt"}, "square root", {one, unary<ops::sqrt>, "{}", positive}},
      {{"math.rsqrt", "rsqrt"}, "1 / sqrt(x)", {one, unary<ops::rsqrt>, "{}", positive}},
      {{"math.square", "square"}, "x times x", {one, unary<ops::square>}},
      {{"math.reciprocal", "reciprocal"}, "1 / x", {one, unary<ops::reciprocal>, "{}", positive}},
      {{"math.abs", "abs"},
       "absolute value; slope 0 at 0",
       {one, unary<ops::abs>, "{}", "x[3, 7] -2..-0.1"}},
      {{"math.neg", "neg", "math.negative", "negative"}, "minus x", {one, unary<ops::neg>}},
      {{"math.sin", "sin"}, "sine", {one, unary<ops::sin>, "{}", any}},
      {{"math.cos", "cos"}, "cosine", {one, unary<ops::cos>, "{}", any}},
      {{"math.tanh", "tanh", "nn.tanh"}, "hyperbolic tangent", {one, unary<ops::tanh>, "{}", any}},
      {{"math.erf", "erf"}, "error function", {one, unary<ops::erf>, "{}", any}},
      {{"math.pow", "pow"},
       "x to a fixed power",
       {one, pow, R"({"exponent": 2.5})", "x[3, 7] 0.5..2"}},
      {{"math.clamp", "clamp", "clip_by_value"},
       "x held between min and max",
       {one, clamp, R"({"min": -0.5, "max": 0.7})", "x[3, 7] -0.45..0.65"}},
  };
}

Entries activations() {
  constexpr std::string_view any = "x[3, 7] -3..3", up = "x[3, 7] 0.1..2";
  return {
      {{"nn.sigmoid", "sigmoid", "math.sigmoid"},
       "1 / (1 + exp(-x))",
       {one, unary<ops::sigmoid>, "{}", any}},
      {{"nn.relu", "relu"}, "x where positive, else 0", {one, unary<ops::relu>, "{}", up}},
      {{"nn.relu6", "relu6"}, "x held between 0 and 6", {one, unary<ops::relu6>, "{}", up}},
      {{"nn.silu", "silu", "nn.swish"}, "x sigmoid(x)", {one, unary<ops::silu>, "{}", any}},
      {{"nn.softplus", "softplus", "math.softplus"},
       "log(1 + exp(x))",
       {one, unary<ops::softplus>, "{}", any}},
      {{"nn.softsign", "softsign"}, "x / (1 + |x|)", {one, unary<ops::softsign>, "{}", any}},
      {{"nn.elu", "elu"},
       "x where positive, else alpha (exp(x) - 1)",
       {one, elu, R"({"alpha": 1.5})", "x[3, 7] -3..-0.1"}},
      {{"nn.selu", "selu"},
       "scaled elu that keeps mean and variance",
       {one, unary<ops::selu>, "{}", "x[3, 7] -3..-0.1"}},
      {{"nn.mish", "mish"}, "x tanh(softplus(x))", {one, unary<ops::mish>, "{}", any}},
      {{"nn.hardswish", "hardswish"},
       "x relu6(x + 3) / 6",
       {one, unary<ops::hardswish>, "{}", "x[3, 7] -2.9..2.9"}},
      {{"nn.hardsigmoid", "hardsigmoid"},
       "relu6(x + 3) / 6",
       {one, unary<ops::hardsigmoid>, "{}", "x[3, 7] -2.9..2.9"}},
      {{"nn.gelu", "gelu"},
       "x times the normal distribution function of x",
       {one, gelu, R"({"approximate": "none"})", any}},
      {{"nn.leaky_relu", "leaky_relu"},
       "x where positive, else negative_slope x",
       {one, leaky_relu, R"({"negative_slope": 0.2})", "x[3, 7] -3..-0.1"}},
      {{"nn.swiglu", "swiglu"},
       "silu of the first half of the last axis, times the second half",
       {one, unary<ops::swiglu>, "{}", "x[3, 10] -3..3"}},
      {{"nn.dropout", "dropout"},
       "each element dropped with probability p, the others scaled by 1 / (1 - p)",
       {one, dropout, R"({"p": 0.4, "seed": 7})"}},
  };
}

Entries of_two() {
  constexpr std::string_view pair = "a[2, 3, 5], b[3, 1]";
  return {
      {{"math.add", "add"}, "a + b, broadcast", {two, binary<ops::add>, "{}", pair}},
      {{"math.sub", "sub", "math.subtract", "subtract"},
       "a - b, broadcast",
       {two, binary<ops::sub>, "{}", pair}},
      {{"math.mul", "mul", "math.multiply", "multiply"},
       "a times b, broadcast",
       {two, binary<ops::mul>, "{}", pair}},
      {{"math.div", "div", "math.divide", "divide"},
       "a / b, broadcast",
       {two, binary<ops::div>, "{}", "a[2, 1, 5], b[3, 5] 0.5..2"}},
      {{"math.maximum", "maximum"},
       "the larger of a and b, broadcast; where equal, each gets half the gradient",
       {two, binary<ops::maximum>, "{}", "a[2, 3, 5] -1..0.1, b[5] 0.2..1"}},
      {{"math.minimum", "minimum"},
       "the smaller of a and b, broadcast; where equal, each gets half the gradient",
       {two, binary<ops::minimum>, "{}", "a[2, 3, 5] -1..0.1, b[5] 0.2..1"}},
      {{"array.where", "where"},
       "a where cond is not 0, else b; all three broadcast",
       {"cond:int, a, b -> y", where, "{}", "cond:int[3, 1], a[2, 3, 5], b[5]"}},
      {{"array.masked_fill", "masked_fill"},
       "value where mask is not 0, else x",
       {"x, mask:int -> y", masked_fill, R"({"value": -3})", "x[2, 3, 5], mask:int[3, 5]"}},
  };
}

}  // namespace

Entries elementwise_operators() {
  Entries rows = functions();
  for (Entries more : {activations(), of_two()}) {
    for (auto& row : more) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace dlt::api
