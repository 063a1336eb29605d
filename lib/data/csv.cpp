#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/error.h"
#include "base/spelling.h"
#include "data/columns.h"
#include "data/example_set.h"

namespace dlt::data {
namespace {

using Names = std::vector<std::string>;

using Places = std::unordered_map<std::string_view, std::size_t>;

Places places_in(const Names& names) {
  Places all;
  for (const std::string& name : names) all.emplace(name, all.size());
  return all;
}

// What is read from one file, in the order of its lines.
struct Rows {
  std::vector<real> inputs, targets;
  Names labels;
  std::vector<std::int64_t> lines;
};

class Csv : public ExampleSet {
 public:
  Csv(config::Reader& r, Target target) : target_(target) {
    r.field("train", train_);
    r.field("valid", valid_);
    r.field("valid_fraction", valid_fraction_, 0, 0.9);
    r.field("target", target_columns_);
    if (target_columns_.empty()) r.fail("target", "names no column");
    if (target == Target::classes && target_columns_.size() != 1) {
      r.fail("target", "expected one column, which holds the class");
    }
    r.field("columns", columns_);
    format_.read(r);
    r.field("normalize", normalize_);
  }

  ExampleSplit open() override {
    Rows rows = open_training();
    learn_classes(rows.labels);
    ExampleSplit both = split(examples(rows, train_), valid_.empty() ? valid_fraction_ : 0);
    if (!valid_.empty()) both.valid = read_examples("data.valid", valid_);
    learn_scale(both.train);
    rescale(both.train);
    rescale(both.valid);
    return both;
  }

  Examples held_out(const std::string& file) override {
    Examples all = !file.empty() ? read_examples("--data", file)
                   : !valid_.empty()
                       ? read_examples("data.valid", valid_)
                       : split(examples(open_training(), train_), valid_fraction_).valid;
    rescale(all);
    return all;
  }

  std::vector<std::string> class_names() const override { return classes_; }
  std::string kept() const override;
  void restore(const std::string& json, const std::string& path) override;

 private:
  Rows open_training() {
    require(!train_.empty(), Exit::usage,
            "data.train names no file: give one, as in --set data.train=rows.csv");
    return read("data.train", train_);
  }
  Examples read_examples(const std::string& key, const std::string& path) {
    return examples(read(key, path), path);
  }

  Rows read(const std::string& key, const std::string& path);
  void choose_columns(const Columns& all);
  Examples examples(const Rows& rows, const std::string& path) const;
  void learn_classes(const Names& labels);
  void learn_scale(const Examples& train);
  void rescale(Examples& all) const;

  Target target_;
  std::string train_, valid_;
  TableFormat format_;
  double valid_fraction_ = 0.1;
  Names target_columns_ = {"-1"};  // the last one
  Names columns_;                  // empty until a file is read: all others
  bool normalize_ = true;
  Names classes_;
  std::vector<double> mean_, deviation_;  // of each column
};

void Csv::choose_columns(const Columns& all) {
  const auto is_target = [&](const std::string& c) {
    return std::ranges::find(target_columns_, c) != target_columns_.end();
  };
  for (std::string& t : target_columns_) t = all.names()[all.place(t)];
  for (std::string& c : columns_) {
    c = all.names()[all.place(c)];
    require(!is_target(c), Exit::usage, "data.columns: '{}' is what is to be predicted", c);
  }
  if (columns_.empty()) {
    std::ranges::copy_if(all.names(), std::back_inserter(columns_), std::not_fn(is_target));
  }
}

Rows Csv::read(const std::string& key, const std::string& path) {
  Rows rows;
  Columns columns;
  std::vector<std::size_t> inputs, targets;
  const auto begin = [&](const Columns& all) {
    columns = all;
    choose_columns(all);
    require(!columns_.empty(), Exit::data, "{}:1: there is no column beside the target", path);
    inputs = all.places(columns_);
    targets = all.places(target_columns_);
  };
  read_table(key, path, format_, begin, [&](const io::CsvFields& fields, std::int64_t line) {
    for (std::size_t i : inputs) rows.inputs.push_back(columns.number(fields, i, line));
    for (std::size_t i : targets) {
      if (target_ == Target::classes) {
        rows.labels.push_back(fields[i]);
      } else {
        rows.targets.push_back(columns.number(fields, i, line));
      }
    }
    rows.lines.push_back(line);
  });
  return rows;
}

Examples Csv::examples(const Rows& rows, const std::string& path) const {
  Examples all;
  all.item = {std::ssize(columns_)};
  all.numbers = rows.inputs;
  all.targets = rows.targets;
  all.outputs = target_ == Target::numbers ? std::ssize(target_columns_) : 0;
  all.classes = std::ssize(classes_);
  const Places classes = places_in(classes_);
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const auto at = classes.find(rows.labels[i]);
    if (at == classes.end()) {
      fail(Exit::data, "{}:{}: column '{}': class '{}' is not among those of the training data{}",
           path, rows.lines[i], target_columns_.front(), rows.labels[i],
           did_you_mean(rows.labels[i], {classes_.begin(), classes_.end()}));
    }
    all.labels.push_back(static_cast<std::int32_t>(at->second));
  }
  return all;
}

// In the order of their values if they are numbers, else of their letters.
void Csv::learn_classes(const Names& labels) {
  classes_ = labels;
  const bool numeric =
      std::ranges::all_of(labels, [](const auto& l) { return number_in(l).has_value(); });
  std::ranges::sort(classes_, [&](const std::string& a, const std::string& b) {
    if (numeric && number_in(a) != number_in(b)) return *number_in(a) < *number_in(b);
    return a < b;
  });
  classes_.erase(std::unique(classes_.begin(), classes_.end()), classes_.end());
}

void Csv::learn_scale(const Examples& train) {
  const auto width = columns_.size();
  mean_.assign(width, 0);
  deviation_.assign(width, 1);
  if (!normalize_ || train.size() == 0) return;
  const auto count = static_cast<double>(train.size());
  std::vector<double> squares(width);
  for (std::size_t i = 0; i < train.numbers.size(); ++i) {
    mean_[i % width] += static_cast<double>(train.numbers[i]) / count;
  }
  for (std::size_t i = 0; i < train.numbers.size(); ++i) {
    const double apart = static_cast<double>(train.numbers[i]) - mean_[i % width];
    squares[i % width] += apart * apart / count;
  }
  for (std::size_t c = 0; c < width; ++c) {
    if (squares[c] > 0) deviation_[c] = std::sqrt(squares[c]);  // a constant column becomes zeros
  }
}

void Csv::rescale(Examples& all) const {
  if (!normalize_) return;
  const auto width = columns_.size();
  for (std::size_t i = 0; i < all.numbers.size(); ++i) {
    const double x = static_cast<double>(all.numbers[i]);
    all.numbers[i] = static_cast<real>((x - mean_[i % width]) / deviation_[i % width]);
  }
}

std::string Csv::kept() const {
  const nlohmann::ordered_json all = {{"columns", columns_},
                                      {"target", target_columns_},
                                      {"mean", mean_},
                                      {"deviation", deviation_},
                                      {"classes", classes_}};
  return all.dump(2) + "\n";
}

void Csv::restore(const std::string& json, const std::string& path) {
  try {
    const auto all = nlohmann::json::parse(json);
    columns_ = all.at("columns").get<Names>();
    target_columns_ = all.at("target").get<Names>();
    mean_ = all.at("mean").get<std::vector<double>>();
    deviation_ = all.at("deviation").get<std::vector<double>>();
    classes_ = all.at("classes").get<Names>();
  } catch (const nlohmann::json::exception&) {
    fail(Exit::damaged, "'{}' is damaged: it does not say what the columns of the data are", path);
  }
  const bool fits = !columns_.empty() && !target_columns_.empty() &&
                    mean_.size() == columns_.size() && deviation_.size() == columns_.size();
  require(fits, Exit::damaged, "'{}' is damaged: its lists are not of one length", path);
}

}  // namespace

std::unique_ptr<ExampleSet> make_csv(config::Reader& data, Target target) {
  return std::make_unique<Csv>(data, target);
}

}  // namespace dlt::data
