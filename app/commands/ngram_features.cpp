#include "commands/ngram_features.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "lexicon/features.h"

namespace dlt::app {
namespace {

using namespace lexicon;
using nlohmann::ordered_json;

Labels parse_labels(const std::string& name) {
  require(name == "none" || name == "first-column" || name == "file-name", Exit::usage,
          "--labels: expected none, first-column or file-name, got '{}'", name);
  return name == "none"           ? Labels::none
         : name == "first-column" ? Labels::first_column
                                  : Labels::file_name;
}

FeatureValues parse_values(const std::string& name) {
  require(name == "counts" || name == "binary" || name == "tfidf", Exit::usage,
          "--values: expected counts, binary or tfidf, got '{}'", name);
  return name == "counts"   ? FeatureValues::counts
         : name == "binary" ? FeatureValues::binary
                            : FeatureValues::tfidf;
}

// "out.npz" -> "out" + ending.
std::string beside(const std::string& path, const std::string& ending) {
  const std::size_t dot = path.rfind('.');
  return path.substr(0, dot) + ending;
}

KeyList keys_of(const FeaturesOptions& o, Lines& lines) {
  GramSettings settings;
  settings.unit = parse_unit(o.unit);
  settings.lower = o.lower;
  parse_lengths(o.n, settings);
  if (!o.key_list.empty()) {
    return read_keys(o.key_list, settings, {o.unit_given, o.n_given, o.lower});
  }
  return count_keys(
      lines, settings,
      {static_cast<std::uint64_t>(o.min_count), static_cast<std::size_t>(o.max_features)});
}

struct Written {
  std::int64_t rows = 0, values = 0;
};

Written write_matrix(const FeaturesOptions& o, const KeyList& keys, Lines& lines,
                     const std::vector<std::string>& labels) {
  Featurizer featurizer(keys, parse_values(o.values));
  const auto file = new_matrix_file(o.out, keys.grams.size(), labels);
  Written written;
  SparseRow row;
  lines.each([&](const LabelledLine& line) {
    featurizer.row(line.text, row);
    const auto label = std::lower_bound(labels.begin(), labels.end(), line.label);
    file->add(row, static_cast<std::int32_t>(label - labels.begin()));
    ++written.rows;
    written.values += static_cast<std::int64_t>(row.columns.size());
  });
  require(written.rows > 0, Exit::data, "there is no text to make vectors of");
  file->commit();
  return written;
}

void check_names(const FeaturesOptions& o, const std::vector<std::string>& outputs) {
  std::vector<std::string> inputs = o.files;
  if (!o.key_list.empty()) inputs.push_back(o.key_list);
  for (const std::string& out : outputs) {
    for (const std::string& in : inputs) {
      require(in == "-" || !same_file(in, out), Exit::usage,
              "'{}' is read and cannot be written too: give the name of another file", out);
    }
  }
}

void report(const FeaturesOptions& o, const KeyList& keys, const Written& written,
            std::size_t labels) {
  if (o.json) {
    fmt::print("{}\n", ordered_json{{"features", keys.grams.size()},
                                    {"rows", written.rows},
                                    {"values", written.values},
                                    {"labels", labels}}
                           .dump());
    return;
  }
  fmt::print(stderr, "{}: {} rows, {} features, {} values that are not 0\n", o.out, written.rows,
             keys.grams.size(), written.values);
}

void print_keys(const KeyList& keys, bool json) {
  if (!json) {
    const std::string text = keys_text(keys);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  for (std::uint32_t i = 0; i < keys.grams.size(); ++i) {
    ordered_json one = {{"gram", keys.grams.gram(i)}};
    if (i < keys.counts.size()) {
      one["count"] = keys.counts[i];
      one["lines"] = keys.in_lines[i];
    }
    fmt::print("{}\n", one.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }
}

}  // namespace

void ngram_features(const FeaturesOptions& o) {
  const Labels kind = parse_labels(o.labels);
  parse_values(o.values);
  require(!o.out.empty() || o.values == "counts", Exit::usage,
          "--values {} needs -o: it is about the matrix", o.values);
  std::string keys_out = o.keys_out;
  if (keys_out.empty() && o.key_list.empty() && !o.out.empty()) {
    keys_out = beside(o.out, ".keys.txt");
  }
  std::vector<std::string> outputs;
  if (!o.out.empty()) outputs.push_back(o.out);
  if (!keys_out.empty()) outputs.push_back(keys_out);
  if (!o.out.empty() && kind != Labels::none) outputs.push_back(beside(o.out, ".labels.txt"));
  check_names(o, outputs);
  if (!o.out.empty()) new_matrix_file(o.out, 1, {});  // complains about its name before the work

  Lines lines(o.files, kind);
  const KeyList keys = keys_of(o, lines);
  if (!keys_out.empty()) {
    require(keys.counts.size() == keys.grams.size(), Exit::usage,
            "--keys-out: '{}' has no counts to write", o.key_list);
  }
  if (o.out.empty()) {
    if (keys_out.empty()) return print_keys(keys, o.json);
    return write_keys(keys_out, keys);
  }
  std::vector<std::string> labels;
  if (kind != Labels::none) labels = label_names(lines);
  const Written written = write_matrix(o, keys, lines, labels);
  if (!keys_out.empty()) write_keys(keys_out, keys);
  if (!labels.empty()) {
    write_file(beside(o.out, ".labels.txt"), fmt::format("{}\n", fmt::join(labels, "\n")));
  }
  report(o, keys, written, labels.size());
}

}  // namespace dlt::app
