#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <limits>
#include <optional>

#include "base/spelling.h"
#include "config/document.h"

// The typed reads of a config: what is allowed, and what is said where it is not so.
namespace dlt::config {

using nlohmann::json;

namespace {

// The integer a JSON number stands for: 1000, 1e3 and 1000.0 are the same.
std::optional<std::int64_t> integer(const json& v) {
  if (v.is_number_unsigned()) {
    const auto u = v.get<std::uint64_t>();
    return u <= INT64_MAX ? std::optional(static_cast<std::int64_t>(u)) : std::nullopt;
  }
  if (v.is_number_integer()) return v.get<std::int64_t>();
  if (!v.is_number_float()) return std::nullopt;
  const double d = v.get<double>();
  if (d != std::trunc(d) || d < -0x1p63 || d >= 0x1p63) return std::nullopt;
  return static_cast<std::int64_t>(d);
}

std::string integers_in(std::int64_t min, std::int64_t max) {
  if (max < INT64_MAX) return fmt::format("an integer in [{}, {}]", min, max);
  return min > INT64_MIN ? fmt::format("an integer >= {}", min) : "an integer";
}

// " in [0, 1]", " >= 0", "" and so on; infinite or largest bounds are no bounds.
std::string range(double min, double max) {
  constexpr double end = std::numeric_limits<double>::max();
  if (min > -end && max < end) return fmt::format(" in [{}, {}]", min, max);
  return min > -end ? fmt::format(" >= {}", min) : max < end ? fmt::format(" <= {}", max) : "";
}

bool is_number_in(const json& v, double min, double max) {
  return v.is_number() && v.get<double>() >= min && v.get<double>() <= max;
}
}  // namespace

void Reader::field(std::string_view key, bool& value) {
  note(key, "true or false", value);
  if (const json* v = look_up(key)) {
    if (!v->is_boolean()) fail(key, "expected true or false, got " + shown(*v));
    value = v->get<bool>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::int64_t& value, std::int64_t min, std::int64_t max) {
  note(key, integers_in(min, max), value);
  if (const json* v = look_up(key)) {
    const auto given = integer(*v);
    if (!given || *given < min || *given > max) {
      fail(key, fmt::format("expected {}, got {}", integers_in(min, max), shown(*v)));
    }
    value = *given;
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, double& value, double min, double max) {
  note(key, "a number" + range(min, max), value);
  if (const json* v = look_up(key)) {
    if (!is_number_in(*v, min, max)) {
      fail(key, fmt::format("expected a number{}, got {}", range(min, max), shown(*v)));
    }
    value = v->get<double>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::optional<double>& value, double min, double max) {
  note(key, "a number" + range(min, max) + " or null", value ? json(*value) : json());
  if (!has(key)) {
    look_up(key);
    return resolve(key, value ? json(*value) : json());
  }
  double given = 0;
  field(key, given, min, max);
  value = given;
}

// The elements of a list that is one, each checked.
template <class T>
std::vector<T> Reader::numbers(std::string_view key, const json& list, T min, T max) const {
  const Reader inside(doc_, join(pointer_, key));
  std::vector<T> all;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if constexpr (std::is_same_v<T, double>) {
      if (!is_number_in(list[i], min, max)) {
        inside.fail(std::to_string(i),
                    fmt::format("expected a number{}, got {}", range(min, max), shown(list[i])));
      }
      all.push_back(list[i].template get<double>());
    } else {
      const auto given = integer(list[i]);
      if (!given || *given < min || *given > max) {
        inside.fail(std::to_string(i),
                    fmt::format("expected {}, got {}", integers_in(min, max), shown(list[i])));
      }
      all.push_back(*given);
    }
  }
  return all;
}

void Reader::field(std::string_view key, std::vector<double>& value, double min, double max) {
  note(key, "a list of numbers" + range(min, max), value);
  if (const json* v = look_up(key)) {
    if (!v->is_array()) {
      fail(key, fmt::format("expected a list of numbers{}, got {}", range(min, max), shown(*v)));
    }
    value = numbers<double>(key, *v, min, max);
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::vector<std::int64_t>& value, std::int64_t min,
                   std::int64_t max) {
  const std::string expected = integers_in(min, max) + " or a list of them";
  note(key, expected, value);
  if (const json* v = look_up(key)) {
    if (v->is_number()) {
      value = {0};
      return field(key, value.front(), min, max);
    }
    if (!v->is_array()) fail(key, fmt::format("expected {}, got {}", expected, shown(*v)));
    value = numbers<std::int64_t>(key, *v, min, max);
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::array<std::int64_t, 2>& value, std::int64_t min,
                   std::int64_t max) {
  const std::string expected = integers_in(min, max) + " or a list of two: height, width";
  note(key, expected, value);
  std::vector<std::int64_t> given(value.begin(), value.end());
  field(key, given, min, max);
  if (given.size() == 1) given.push_back(given.front());
  if (given.size() != 2)
    fail(key, fmt::format("expected {}, got {} numbers", expected, given.size()));
  std::ranges::copy(given, value.begin());
}

void Reader::field(std::string_view key, std::vector<std::string>& value) {
  note(key, "a string or a list of strings", value);
  if (const json* v = look_up(key)) {
    const json list = v->is_string() ? json::array({*v}) : *v;
    const auto is_string = [](const json& item) { return item.is_string(); };
    if (!list.is_array() || !std::ranges::all_of(list, is_string)) {
      fail(key, "expected a string or a list of strings, got " + shown(*v));
    }
    value = list.get<std::vector<std::string>>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::string& value) {
  note(key, "a string", value);
  if (const json* v = look_up(key)) {
    if (!v->is_string()) fail(key, "expected a string, got " + shown(*v));
    value = v->get<std::string>();
  }
  resolve(key, value);
}

void Reader::field(std::string_view key, std::string& value,
                   const std::vector<std::string_view>& allowed) {
  note(key, fmt::format("one of {}", fmt::join(allowed, ", ")), value);
  if (const json* v = look_up(key)) {
    const std::string given = v->is_string() ? v->get<std::string>() : "";
    if (std::ranges::find(allowed, given) == allowed.end()) {
      const auto meant = nearest(given, allowed);
      fail(key, fmt::format("expected one of {}, got {}", fmt::join(allowed, ", "), shown(*v)) +
                    (meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)));
    }
    value = given;
  }
  resolve(key, value);
}

}  // namespace dlt::config
