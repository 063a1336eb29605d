#include "commands/ssm_signal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/spelling.h"
#include "io/csv.h"

namespace dlt::app {
namespace {

constexpr double farthest = 1e100;  // squares and sums of it stay numbers

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// No number, not even nan or inf.
bool is_word(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  return text.empty() || std::from_chars(text.data(), end, value).ptr != end;
}

std::optional<std::size_t> as_number(const std::string& text) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || rest != end) return std::nullopt;
  return value;
}

class Column {
 public:
  Column(const std::string& path, const std::string& wanted) : path_(path), wanted_(wanted) {}

  void take(const io::CsvFields& fields, std::int64_t line) {
    if (width_ == 0) {
      width_ = fields.size();
      const bool names = std::ranges::all_of(fields, [](auto& f) { return is_word(trimmed(f)); });
      if (names) {
        for (const auto& f : fields) names_.emplace_back(trimmed(f));
      }
      choose();
      if (names) return;
    }
    require(fields.size() == width_, Exit::data, "{}:{}: expected {} fields, found {}", path_, line,
            width_, fields.size());
    const auto text = trimmed(fields[at_]);
    const auto value = parse_number(text);
    require(value.has_value() && std::fabs(*value) <= farthest, Exit::data,
            "{}:{}: expected a finite number of at most {}, got '{}'", path_, line, farthest, text);
    signal_.values.push_back(*value);
  }

  SsmSignal done() && {
    require(!signal_.values.empty(), Exit::data, "{}:{}: the signal is empty: expected a number",
            path_, width_ == 0 ? 1 : 2);
    return std::move(signal_);
  }

 private:
  std::string choices() const {
    return names_.empty() ? fmt::format("{} columns: give a number from 1 to {}", width_, width_)
                          : fmt::format("the columns {}", fmt::join(names_, ", "));
  }

  void choose() {
    if (wanted_.empty()) {
      require(width_ == 1, Exit::usage, "choose one with --column: '{}' has {}", path_, choices());
    } else if (const auto named = std::ranges::find(names_, wanted_); named != names_.end()) {
      at_ = static_cast<std::size_t>(named - names_.begin());
    } else {
      const auto number = as_number(wanted_);
      const std::vector<std::string_view> known(names_.begin(), names_.end());
      const auto meant = nearest(wanted_, known);
      require(number && *number >= 1 && *number <= width_, Exit::usage,
              "--column '{}': '{}' has {}{}", wanted_, path_, choices(),
              meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
      at_ = *number - 1;
    }
    signal_.column = names_.empty() ? fmt::format("column {}", at_ + 1) : names_[at_];
  }

  const std::string& path_;
  const std::string& wanted_;
  std::vector<std::string> names_;
  std::size_t width_ = 0, at_ = 0;
  SsmSignal signal_;
};

}  // namespace

SsmSignal read_signal(const std::string& path, const std::string& column) {
  Column wanted(path, column);
  io::read_csv(read_file(path, Exit::data), path, ',',
               [&](io::CsvFields& fields, std::int64_t line) { wanted.take(fields, line); });
  return std::move(wanted).done();
}

}  // namespace dlt::app
