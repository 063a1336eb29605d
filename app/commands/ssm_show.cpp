#include "commands/ssm_show.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dlt::app {

using nlohmann::ordered_json;

namespace {

bool is_real(ssm::Complex value) { return value.imag() == 0; }

ordered_json number_json(ssm::Complex value, bool real) {
  return real ? ordered_json(value.real()) : ordered_json{value.real(), value.imag()};
}

}  // namespace

std::string as_text(ssm::Complex value) {
  if (is_real(value)) return fmt::format("{:.6g}", value.real());
  return fmt::format("{:.4g}{:+.4g}i", value.real(), value.imag());
}

void print_system(const std::string& names, const ssm::Matrix& a, const ssm::Vector& b) {
  const int shown = std::min(a.rows(), 6);
  fmt::print("{}{}\n", names,
             shown < a.rows()
                 ? fmt::format(", the first {} of {} rows and columns", shown, a.rows())
                 : "");
  for (int r = 0; r < shown; ++r) {
    for (int c = 0; c < shown; ++c) fmt::print(" {:>12}", as_text(a(r, c)));
    fmt::print("   | {:>12}\n", as_text(b[static_cast<std::size_t>(r)]));
  }
  fmt::print("\n");
}

ordered_json as_json(const ssm::Vector& x) {
  const bool real = std::ranges::all_of(x, is_real);
  ordered_json list = ordered_json::array();
  for (const ssm::Complex& v : x) list.push_back(number_json(v, real));
  return list;
}

ordered_json as_json(const ssm::Matrix& a) {
  const auto count = static_cast<std::ptrdiff_t>(a.rows()) * a.cols();
  const bool real = std::all_of(a.data(), a.data() + count, is_real);
  ordered_json rows = ordered_json::array();
  for (int r = 0; r < a.rows(); ++r) {
    ordered_json row = ordered_json::array();
    for (int c = 0; c < a.cols(); ++c) row.push_back(number_json(a(r, c), real));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string method_text(const std::string& method, const ssm::Rule& rule) {
  return method == "generalized" ? fmt::format("generalized bilinear with alpha {}", *rule.alpha)
         : method == "zoh"       ? "zero-order hold"
         : method == "bilinear"  ? method
                                 : method + " Euler";
}

std::string growth(double radius, const std::string& method, const std::string& remedy) {
  if (radius <= 1 + 1e-9) return "";
  return fmt::format(
      "{} is unstable here: an eigenvalue of its step is {:.4g} in absolute value, more than 1, so "
      "that the state grows without end: {}, or --method backward, bilinear or zoh",
      method, radius, remedy);
}

}  // namespace dlt::app
