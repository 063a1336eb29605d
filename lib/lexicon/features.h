#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lexicon/key_list.h"

// Lines of text as sparse vectors over a list of key n-grams.
namespace dlt::lexicon {

enum class FeatureValues : std::uint8_t {
  counts,
  binary,  // 1 for what occurs
  tfidf,   // count (ln((1 + lines) / (1 + lines it is in)) + 1), the row then scaled to length 1:
           // what scikit-learn's TfidfVectorizer does by default
};

// What is not zero; columns ascend.
struct SparseRow {
  std::vector<std::int32_t> columns;
  std::vector<float> values;
};

class Featurizer {
 public:
  // Keeps a reference to `keys`. Exit::usage for tfidf with a list that has no counts.
  Featurizer(const KeyList& keys, FeatureValues values);
  void row(std::string_view text, SparseRow& row);

 private:
  const KeyList& keys_;
  FeatureValues values_;
  GramCutter grams_;
  std::vector<double> weights_;      // tfidf: of each column
  std::vector<std::int32_t> found_;  // columns of the line, as they come
};

// Different labels in the order of their bytes: a label's number is its place.
std::vector<std::string> label_names(Lines& lines);

// A matrix of rows on disk, written whole or not at all.
class MatrixFile {
 public:
  virtual ~MatrixFile() = default;
  virtual void add(const SparseRow& row, std::int32_t label) = 0;
  virtual void commit() = 0;
};
// By the ending of `path`: .svm, .libsvm or .txt is svmlight's text (columns from 1; labels that
// are all whole numbers as they are, others as their number); .npz a CSR matrix for
// scipy.sparse.load_npz, with the array `labels` beside it if there are any (8 bytes of memory
// for each value that is not zero). Exit::usage for other endings.
std::unique_ptr<MatrixFile> new_matrix_file(const std::string& path, std::int64_t columns,
                                            const std::vector<std::string>& labels);

}  // namespace dlt::lexicon
