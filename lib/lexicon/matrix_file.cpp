#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/file.h"
#include "io/npz.h"
#include "lexicon/features.h"

namespace dlt::lexicon {
namespace {

bool is_whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

class SvmFile final : public MatrixFile {
 public:
  SvmFile(const std::string& path, const std::vector<std::string>& labels) : file_(path) {
    const bool numbers = std::all_of(labels.begin(), labels.end(), is_whole_number);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels_.push_back(numbers ? labels[i] : std::to_string(i));
    }
  }

  void add(const SparseRow& row, std::int32_t label) override {
    text_ += labels_.empty() ? "0" : labels_[static_cast<std::size_t>(label)];
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      fmt::format_to(std::back_inserter(text_), " {}:{}", row.columns[i] + 1, row.values[i]);
    }
    text_ += '\n';
    if (text_.size() > (1 << 16)) flush();
  }

  void commit() override {
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.write(text_);
    text_.clear();
  }

  NewFile file_;
  std::vector<std::string> labels_;  // as they are written
  std::string text_;
};

template <class T>
io::NpyArray array_of(const std::string& type, const std::vector<T>& values) {
  return {type,
          {static_cast<std::int64_t>(values.size())},
          {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)}};
}

// scipy.sparse.save_npz's arrays, uncompressed.
class NpzFile final : public MatrixFile {
 public:
  NpzFile(std::string path, std::int64_t columns, bool labelled)
      : path_(std::move(path)), columns_(columns), labelled_(labelled) {}

  void add(const SparseRow& row, std::int32_t label) override {
    indices_.insert(indices_.end(), row.columns.begin(), row.columns.end());
    values_.insert(values_.end(), row.values.begin(), row.values.end());
    require(values_.size() < (std::size_t{1} << 29),
            "cannot write '{}': more than 536,870,911 values do not fit an .npz; write .svm, or "
            "take fewer features",
            path_);
    begins_.push_back(static_cast<std::int32_t>(values_.size()));
    labels_.push_back(label);
  }

  void commit() override {
    const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(labels_.size()), columns_};
    std::map<std::string, io::NpyArray> arrays = {{"data", array_of("<f4", values_)},
                                                  {"indices", array_of("<i4", indices_)},
                                                  {"indptr", array_of("<i4", begins_)},
                                                  {"shape", array_of("<i8", shape)},
                                                  {"format", {"|S3", {}, "csr"}}};
    if (labelled_) arrays["labels"] = array_of("<i4", labels_);
    io::write_npz_arrays(path_, arrays);
  }

 private:
  std::string path_;
  std::int64_t columns_;
  bool labelled_;
  std::vector<std::int32_t> indices_, begins_ = {0}, labels_;
  std::vector<float> values_;
};

}  // namespace

std::unique_ptr<MatrixFile> new_matrix_file(const std::string& path, std::int64_t columns,
                                            const std::vector<std::string>& labels) {
  if (path.ends_with(".npz")) return std::make_unique<NpzFile>(path, columns, !labels.empty());
  require(path.ends_with(".svm") || path.ends_with(".libsvm") || path.ends_with(".txt"),
          Exit::usage, "cannot tell the format of '{}': end it in .npz, .svm, .libsvm or .txt",
          path);
  return std::make_unique<SvmFile>(path, labels);
}

}  // namespace dlt::lexicon
