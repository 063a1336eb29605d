#include "commands/ngram_classify.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/spelling.h"
#include "lexicon/confusion.h"
#include "lexicon/naive_bayes.h"

namespace dlt::app {
namespace {

using namespace lexicon;
using nlohmann::ordered_json;

Labels kind_of(bool from_name) { return from_name ? Labels::file_name : Labels::first_column; }

void print_guesses(const NaiveBayes& model, std::string_view text,
                   const ClassifyPredictOptions& o) {
  auto guesses = model.guess(text);
  guesses.resize(std::min(guesses.size(), static_cast<std::size_t>(o.top)));
  if (!o.json) {
    for (const auto& g : guesses) {
      fmt::print("{}\t{:.6g}{}", model.classes()[g.of_class], std::exp(g.log_p),
                 &g == &guesses.back() ? "\n" : "\t");
    }
    return;
  }
  const auto joint = model.log_joint(text);
  ordered_json classes = ordered_json::array();
  for (const auto& g : guesses) {
    classes.push_back({{"label", model.classes()[g.of_class]},
                       {"probability", std::exp(g.log_p)},
                       {"log_probability", g.log_p},
                       {"log_joint", joint[g.of_class]}});
  }
  const ordered_json line = {
      {"text", text}, {"label", model.classes()[guesses[0].of_class]}, {"classes", classes}};
  fmt::print("{}\n", line.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

std::size_t class_of(const NaiveBayes& model, const LabelledLine& line) {
  const auto& classes = model.classes();
  const auto found = std::lower_bound(classes.begin(), classes.end(), line.label);
  if (found == classes.end() || *found != line.label) {
    fail(Exit::data, "{}:{}: the model has no class '{}'{}",
         *line.file == "-" ? "standard input" : *line.file, line.number, line.label,
         did_you_mean(line.label, {classes.begin(), classes.end()}));
  }
  return static_cast<std::size_t>(found - classes.begin());
}

void print_json(const NaiveBayes& model, const Confusion& c) {
  ordered_json classes = ordered_json::array(), table = ordered_json::array();
  for (std::size_t i = 0; i < model.classes().size(); ++i) {
    classes.push_back({{"label", model.classes()[i]},
                       {"lines", c.of(i)},
                       {"precision", c.precision(i)},
                       {"recall", c.recall(i)},
                       {"f1", c.f1(i)}});
    ordered_json row = ordered_json::array();
    for (std::size_t j = 0; j < model.classes().size(); ++j) row.push_back(c.count(i, j));
    table.push_back(row);
  }
  fmt::print("{}\n", ordered_json{{"lines", c.all()},
                                  {"right", c.right()},
                                  {"accuracy", c.accuracy()},
                                  {"macro_f1", c.macro_f1()},
                                  {"classes", classes},
                                  {"confusion", table}}
                         .dump(2));
}

// A row for each class: its figures, then what its lines were taken for, by the number of the
// class; 0 is a dot.
void print_table(const NaiveBayes& model, const Confusion& c) {
  const auto& classes = model.classes();
  std::size_t width = 5;
  for (const std::string& name : classes) width = std::max(width, name.size());
  fmt::print(
      "accuracy {:.6f} ({} of {} lines), macro-F1 {:.6f}\n\n{:>4} {:<{}} {:>7} {:>9} {:>7} {:>7} ",
      c.accuracy(), c.right(), c.all(), c.macro_f1(), "", "class", width, "lines", "precision",
      "recall", "F1");
  for (std::size_t j = 0; j < classes.size(); ++j) fmt::print(" {:>5}", j + 1);
  fmt::print("\n");
  for (std::size_t i = 0; i < classes.size(); ++i) {
    fmt::print("{:>4} {:<{}} {:>7} {:>9.4f} {:>7.4f} {:>7.4f} ", i + 1, classes[i], width, c.of(i),
               c.precision(i), c.recall(i), c.f1(i));
    for (std::size_t j = 0; j < classes.size(); ++j) {
      fmt::print(" {:>5}", c.count(i, j) == 0 ? "." : std::to_string(c.count(i, j)));
    }
    fmt::print("\n");
  }
}

}  // namespace

void classify_train(const ClassifyTrainOptions& o) {
  BayesSettings settings;
  settings.grams.unit = parse_unit(o.unit);
  settings.grams.lower = o.lower;
  parse_lengths(o.n, settings.grams);
  settings.limits = {static_cast<std::uint64_t>(o.min_count),
                     static_cast<std::size_t>(o.max_features)};
  settings.add = o.add;
  for (const std::string& file : o.data) {
    require(!same_file(file, o.out), Exit::usage,
            "'{}' is read and cannot be written too: give the name of another file", o.out);
  }
  Lines lines(o.data, kind_of(o.label_from_name));
  const NaiveBayes model = NaiveBayes::train(lines, settings);
  model.save(o.out);
  std::uint64_t count = 0;
  for (const std::uint64_t n : model.lines()) count += n;
  fmt::print(stderr, "{}: {} classes, {} lines, {} different n-grams\n", o.out,
             model.classes().size(), count, model.grams());
}

void classify_predict(const ClassifyPredictOptions& o) {
  const NaiveBayes model = NaiveBayes::load(o.model);
  for (const std::string& text : o.texts) print_guesses(model, text, o);
  if (!o.texts.empty()) return;
  each_labelled_line({"-"}, Labels::none,
                     [&](const LabelledLine& line) { print_guesses(model, line.text, o); });
}

void classify_test(const ClassifyTestOptions& o) {
  const NaiveBayes model = NaiveBayes::load(o.model);
  Confusion confusion(model.classes().size());
  const std::vector<std::string> files = o.data.empty() ? std::vector<std::string>{"-"} : o.data;
  each_labelled_line(files, kind_of(o.label_from_name), [&](const LabelledLine& line) {
    confusion.add(class_of(model, line), model.guess(line.text).front().of_class);
  });
  require(confusion.all() > 0, Exit::data, "there is no text to test with");
  if (o.json) {
    print_json(model, confusion);
  } else {
    print_table(model, confusion);
  }
}

}  // namespace dlt::app
