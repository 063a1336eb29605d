#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/real.h"
#include "config/reader.h"
#include "io/csv.h"

namespace dlt::data {

// A field that is a finite number, with or without spaces around it.
std::optional<double> number_in(std::string_view field);

// The columns of a table in a file. Mistakes are Errors (Exit::data) with file and line.
class Columns {
 public:
  Columns() = default;
  // The fields of the file's first line, which names them or not.
  Columns(const io::CsvFields& first, bool header, const std::string& path);

  const std::vector<std::string>& names() const { return names_; }
  // A column by its name, else by its number, from 0 or, from the end, -1.
  std::size_t place(const std::string& column) const;
  std::vector<std::size_t> places(const std::vector<std::string>& columns) const;

  void check_count(const io::CsvFields& fields, std::int64_t line) const;
  real number(const io::CsvFields& fields, std::size_t column, std::int64_t line) const;

 private:
  std::vector<std::string> names_;  // of a table without a header: numbers
  std::unordered_map<std::string, std::size_t> places_;
  bool header_ = true;
  std::string path_;
};

struct TableFormat {
  bool header = true;
  std::string separator = ",";

  void read(config::Reader& data);  // the keys "header" and "separator"
};

// The whole table: `begin` is called with its columns, then `take` with each record. Exit::data
// where the file is missing (`key` asked for it), not UTF-8 or without records.
void read_table(const std::string& key, const std::string& path, const TableFormat& format,
                const std::function<void(const Columns&)>& begin,
                const std::function<void(const io::CsvFields&, std::int64_t line)>& take);

}  // namespace dlt::data
