#include "data/columns.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/spelling.h"
#include "data/example_set.h"
#include "text/tokenizer.h"

namespace dlt::data {

std::optional<double> number_in(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return parse_number(text);
}

// Two columns of one name could not be told apart.
Columns::Columns(const io::CsvFields& first, bool header, const std::string& path)
    : names_(first), header_(header), path_(path) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!header) names_[i] = std::to_string(i);
    require(places_.emplace(names_[i], i).second, Exit::data,
            "{}:1: there are two columns '{}': rename one, or set data.header to false if this is "
            "no header",
            path, names_[i]);
  }
}

std::size_t Columns::place(const std::string& column) const {
  const auto at = places_.find(column);
  if (at != places_.end()) return at->second;
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), index);
  if (error == std::errc() && end == column.data() + column.size()) {
    if (index < 0) index += std::ssize(names_);
    if (index >= 0 && index < std::ssize(names_)) return static_cast<std::size_t>(index);
  }
  fail(Exit::data, "{}:1: there is no column '{}'{}", path_, column,
       did_you_mean(column, {names_.begin(), names_.end()}));
}

std::vector<std::size_t> Columns::places(const std::vector<std::string>& columns) const {
  std::vector<std::size_t> all;
  for (const std::string& c : columns) all.push_back(place(c));
  return all;
}

void Columns::check_count(const io::CsvFields& fields, std::int64_t line) const {
  require(fields.size() == names_.size(), Exit::data, "{}:{}: {} fields, {} has {}", path_, line,
          fields.size(), header_ ? "the header" : "the first line", names_.size());
}

real Columns::number(const io::CsvFields& fields, std::size_t column, std::int64_t line) const {
  const auto value = number_in(fields[column]);
  require(value.has_value(), Exit::data, "{}:{}: column '{}': '{}' is not a number", path_, line,
          names_[column], fields[column]);
  require(std::fabs(*value) <= static_cast<double>(std::numeric_limits<float>::max()), Exit::data,
          "{}:{}: column '{}': {} is too large: numbers go up to 3.4e38", path_, line,
          names_[column], fields[column]);
  return static_cast<real>(*value);
}

void TableFormat::read(config::Reader& data) {
  data.field("header", header);
  data.field("separator", separator);
  if (separator.size() != 1 || separator == "\"" || separator == "\n") {
    data.fail("separator", "expected one character, as in \",\" or \";\" or \"\\t\"");
  }
}

void read_table(const std::string& key, const std::string& path, const TableFormat& format,
                const std::function<void(const Columns&)>& begin,
                const std::function<void(const io::CsvFields&, std::int64_t)>& take) {
  check_file(key, path);
  const std::string text = read_file(path, Exit::data);
  text::check_text(text, path);
  Columns columns;
  std::int64_t records = 0;
  io::read_csv(text, path, format.separator[0], [&](io::CsvFields& fields, std::int64_t line) {
    if (columns.names().empty()) {
      columns = Columns(fields, format.header, path);
      begin(columns);
      if (format.header) return;
    }
    columns.check_count(fields, line);
    take(fields, line);
    ++records;
  });
  require(records > 0, Exit::data, "'{}': there are no rows in it", path);
}

}  // namespace dlt::data
