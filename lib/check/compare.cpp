#include "check/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace dlt::check {
namespace {

constexpr double zero = 1e-12;  // what a sum that comes to nothing leaves, in double
constexpr double infinite = std::numeric_limits<double>::infinity();

double value(const Tensor& t, std::int64_t i) { return static_cast<double>(t.data()[i]); }

// Flat index 37 of a [2, 4, 8] is "[1, 0, 5]".
std::string place(std::int64_t index, const Shape& shape) {
  std::vector<std::int64_t> at(shape.dims().size());
  for (std::size_t axis = at.size(); axis-- > 0;) {
    at[axis] = index % shape.dims()[axis];
    index /= shape.dims()[axis];
  }
  return Shape(std::move(at)).str();
}

}  // namespace

Outcome compare(const std::string& name, const Tensor& got, const Tensor& expected,
                double tolerance) {
  if (got.shape() != expected.shape()) {
    return {name, false, infinite,
            fmt::format("the shape is {}, not {}", got.shape(), expected.shape())};
  }
  double largest = 0, scale = 0;
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const double wanted = value(expected, i), apart = std::abs(value(got, i) - wanted);
    scale = std::max(scale, std::abs(wanted));
    if (std::isnan(apart) || apart > largest) {
      at = i;
      largest = std::isnan(apart) ? infinite : apart;
    }
    if (largest == infinite) break;
  }
  const double error = scale > zero && largest < infinite ? largest / scale : largest;
  if (error <= tolerance) return {name, true, error, ""};
  return {name, false, error,
          fmt::format("element {} is {:.6g}, not {:.6g}", place(at, got.shape()), value(got, at),
                      value(expected, at))};
}

Outcome compare(const std::string& name, const std::vector<std::int32_t>& got,
                const std::vector<std::int32_t>& expected) {
  const auto [ours, theirs] = std::ranges::mismatch(got, expected);
  if (ours == got.end() && theirs == expected.end()) return {name, true, 0, ""};
  const auto shown = [](auto at, const auto& ids) {
    return at == ids.end() ? std::string("missing") : std::to_string(*at);
  };
  return {name, false, 1,
          fmt::format("token {} is {}, not {}", ours - got.begin(), shown(ours, got),
                      shown(theirs, expected))};
}

}  // namespace dlt::check
