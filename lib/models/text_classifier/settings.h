#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/labelled_text.h"
#include "embed/vectors.h"
#include "models/model.h"

namespace dlt::models {

enum class RowsFrom : std::uint8_t {
  random,  // drawn, and learned
  frozen,  // the vectors of a file, which stay as they are
  tuned,   // the vectors of a file to begin with
};

// The whole config of a text classifier, and what its data say.
struct TextClassifierSettings {
  // Reads it; opens data and vectors where words and classes are not those of a run.
  TextClassifierSettings(config::Reader& root, const Origin& origin);

  std::vector<data::LabelledText> held_out(const std::string& file) const;  // "": the config's own
  std::string summary_of_vectors() const;                                   // "": there are none

  std::uint64_t seed = 1;
  std::int64_t dim = 100, ngrams = 1, buckets = 100'000;
  RowsFrom rows = RowsFrom::random;
  std::string vectors_file;
  bool all_words = true;
  bool has_data = false;
  std::string train_file, valid_file;
  double valid_fraction = 0.1;
  std::int64_t min_count = 1;

  std::vector<std::string> words;   // by falling count, equal ones by their bytes; then those that
                                    // only the vectors have
  std::vector<std::string> labels;  // by their bytes
  std::vector<data::LabelledText> training, valid;
  std::optional<embed::Vectors> vectors;
  std::vector<std::int64_t> row_of;  // of each word in the vectors, -1: none

  std::int64_t batch = 32;        // texts in one part of a step
  std::int64_t eval_batches = 0;  // of an evaluation during training; 0: all
  train::FitConfig fit;

 private:
  void read_model(config::Reader& model, const Origin& origin);
  void read_data(config::Reader& root);
  void open();
  void learn_words();
  void join_vectors();
  void restore(const std::string& run);

  std::int64_t text_words_ = 0;  // of `words`, those of the training text
};

}  // namespace dlt::models
