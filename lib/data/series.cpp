#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/columns.h"
#include "data/sequence_set.h"

namespace dlt::data {
namespace {

using Names = std::vector<std::string>;

// Rows of a table in the order of time. `window` of them are a sequence; the next `horizon` numbers
// of one column are to be predicted.
class Series : public SequenceSet {
 public:
  explicit Series(config::Reader& r) {
    r.field("train", train_);
    r.field("valid", valid_);
    r.field("valid_fraction", valid_fraction_, 0, 0.9);  // the last rows
    r.field("target", target_);
    r.field("columns", columns_);  // none: the target's
    r.field("window", window_, 1, 1 << 24);
    r.field("horizon", horizon_, 1, 1 << 16);
    format_.read(r);
  }

  SequenceSplit open() override;
  Sequences held_out(const std::string& file) override;
  SequenceShape shape() const override {
    return {.channels = std::ssize(columns_),
            .longest = window_,
            .target = Target::numbers,
            .outputs = horizon_,
            .unit = deviation_.back()};
  }
  std::string kept() const override;
  void restore(const std::string& json, const std::string& path) override;

 private:
  // Numbers of a file [rows, columns], of the target behind the others.
  struct Table {
    std::vector<real> numbers;
    std::int64_t rows = 0;
  };
  std::int64_t width() const { return std::ssize(columns_) + 1; }
  std::int64_t held_out_from(std::int64_t rows) const;
  Table training();
  Table read(const std::string& key, const std::string& path);
  void learn_scale(const Table& table, std::int64_t rows);
  // Windows whose predicted rows are in [from, to).
  Sequences windows(Table table, std::int64_t from, std::int64_t to) const;

  std::string train_, valid_, target_ = "-1";
  double valid_fraction_ = 0.1;
  Names columns_;
  std::int64_t window_ = 64, horizon_ = 1;
  TableFormat format_;
  std::vector<double> mean_ = {0}, deviation_ = {1};  // of each column, the target last
};

std::int64_t Series::held_out_from(std::int64_t rows) const {
  if (!valid_.empty()) return rows;
  return rows - static_cast<std::int64_t>(static_cast<double>(rows) * valid_fraction_);
}

SequenceSplit Series::open() {
  Table table = training();
  const std::int64_t rows = table.rows, cut = held_out_from(rows);
  require(cut >= window_ + horizon_, Exit::data,
          "'{}': {} rows to train on hold no window of {} rows with {} more behind it: use a "
          "smaller data.window or data.horizon",
          train_, cut, window_, horizon_);
  learn_scale(table, cut);
  SequenceSplit both{windows(table, 0, cut), {}};
  both.valid = valid_.empty() ? windows(std::move(table), cut, rows) : held_out("");
  return both;
}

Sequences Series::held_out(const std::string& file) {
  if (file.empty() && valid_.empty()) {
    Table table = training();
    const std::int64_t rows = table.rows;
    return windows(std::move(table), held_out_from(rows), rows);
  }
  const std::string& path = file.empty() ? valid_ : file;
  Table table = read(file.empty() ? "data.valid" : "--data", path);
  const std::int64_t rows = table.rows;
  require(rows >= window_ + horizon_, Exit::data,
          "'{}': {} rows hold no window of {} rows with {} more behind it", path, rows, window_,
          horizon_);
  return windows(std::move(table), 0, rows);
}

Series::Table Series::training() {
  require(!train_.empty(), Exit::usage,
          "data.train names no file: give one, as in --set data.train=rows.csv");
  return read("data.train", train_);
}

Series::Table Series::read(const std::string& key, const std::string& path) {
  Table table;
  Columns columns;
  std::vector<std::size_t> places;
  const auto begin = [&](const Columns& all) {
    columns = all;
    target_ = all.names()[all.place(target_)];
    if (columns_.empty()) columns_ = {target_};
    for (std::string& c : columns_) c = all.names()[all.place(c)];
    places = all.places(columns_);
    places.push_back(all.place(target_));
  };
  read_table(key, path, format_, begin, [&](const io::CsvFields& fields, std::int64_t line) {
    for (const std::size_t i : places) table.numbers.push_back(columns.number(fields, i, line));
    ++table.rows;
  });
  return table;
}

void Series::learn_scale(const Table& table, std::int64_t rows) {
  const auto columns = static_cast<std::size_t>(width());
  const auto count = static_cast<double>(rows);
  mean_.assign(columns, 0);
  deviation_.assign(columns, 1);
  std::vector<double> squares(columns);
  const std::span numbers(table.numbers.data(), static_cast<std::size_t>(rows) * columns);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    mean_[i % columns] += static_cast<double>(numbers[i]) / count;
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double apart = static_cast<double>(numbers[i]) - mean_[i % columns];
    squares[i % columns] += apart * apart / count;
  }
  for (std::size_t c = 0; c < columns; ++c) {
    if (squares[c] > 0) deviation_[c] = std::sqrt(squares[c]);  // a constant column becomes zeros
  }
}

Sequences Series::windows(Table table, std::int64_t from, std::int64_t to) const {
  const auto columns = static_cast<std::size_t>(width());
  for (std::size_t i = 0; i < table.numbers.size(); ++i) {
    const double x = static_cast<double>(table.numbers[i]);
    table.numbers[i] = static_cast<real>((x - mean_[i % columns]) / deviation_[i % columns]);
  }
  const std::int64_t first = std::max<std::int64_t>(from - window_, 0);
  const std::int64_t count = std::max<std::int64_t>(to - first - window_ - horizon_ + 1, 0);
  const auto all = std::make_shared<const Table>(std::move(table));
  const auto at = [=, window = window_, horizon = horizon_, wide = width()](std::int64_t i) {
    Sequence s;
    const real* row = all->numbers.data() + (first + i) * wide;
    for (std::int64_t t = 0; t < window; ++t, row += wide) {
      s.numbers.insert(s.numbers.end(), row, row + wide - 1);
    }
    for (std::int64_t t = 0; t < horizon; ++t, row += wide) s.targets.push_back(row[wide - 1]);
    return s;
  };
  return {count, [steps = window_](std::int64_t) { return steps; }, at};
}

std::string Series::kept() const {
  const nlohmann::ordered_json all = {
      {"columns", columns_}, {"target", target_}, {"mean", mean_}, {"deviation", deviation_}};
  return all.dump(2) + "\n";
}

void Series::restore(const std::string& json, const std::string& path) {
  try {
    const auto all = nlohmann::json::parse(json);
    columns_ = all.at("columns").get<Names>();
    target_ = all.at("target").get<std::string>();
    mean_ = all.at("mean").get<std::vector<double>>();
    deviation_ = all.at("deviation").get<std::vector<double>>();
  } catch (const nlohmann::json::exception&) {
    columns_.clear();
  }
  const auto wanted = columns_.size() + 1;
  require(!columns_.empty() && mean_.size() == wanted && deviation_.size() == wanted, Exit::damaged,
          "'{}' is damaged: it does not say what the columns of the data are", path);
}

}  // namespace

std::unique_ptr<SequenceSet> make_series(config::Reader& data) {
  return std::make_unique<Series>(data);
}

}  // namespace dlt::data
