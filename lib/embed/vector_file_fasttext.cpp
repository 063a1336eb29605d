#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <numeric>
#include <vector>

#include "base/parallel.h"
#include "base/utf8.h"
#include "embed/file_bytes.h"
#include "embed/subwords.h"
#include "embed/vector_formats.h"

// fastText's model file; the layout as its format is described by its own reader (version 12).
namespace dlt::embed {
namespace {

constexpr std::int32_t magic = 793712314;

// Takes plain values off the file.
class Cursor {
 public:
  Cursor(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  std::string_view take(std::int64_t size) {
    require(size >= 0 && static_cast<std::size_t>(size) <= bytes_.size() - at_, Exit::damaged,
            "{}: byte {}: {} bytes more are needed, {} are left: the file is cut off", path_, at_,
            size, bytes_.size() - at_);
    const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += taken.size();
    return taken;
  }

  template <class T>
  T value() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  std::string_view word() {
    const std::string_view rest = bytes_.substr(at_);
    const auto end = rest.find('\0');
    require(end != rest.npos, Exit::damaged,
            "{}: byte {}: a word does not end: the file is cut off", path_, at_);
    at_ += end + 1;
    return rest.substr(0, end);
  }

  template <class T>
  T between(const char* what, T min, T max) {
    const std::size_t at = at_;
    const T given = value<T>();
    require(given >= min && given <= max, Exit::damaged, "{}: byte {}: {} is {}, not in [{}, {}]",
            path_, at, what, given, min, max);
    return given;
  }

  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  const std::string& path_;
  std::size_t at_ = 0;
};

struct FasttextShape {
  std::int32_t version = 0, dim = 0, buckets = 0, min_chars = 0, max_chars = 0;
  std::int32_t entries = 0, words = 0;
};

FasttextShape read_shape(Cursor& in) {
  FasttextShape s;
  in.value<std::int32_t>();
  s.version = in.between("the version of a fastText model", 11, 12);
  s.dim = in.between("the dimension", 1, 1 << 24);
  in.take(6 * 4);  // ws, epoch, minCount, neg, wordNgrams, loss
  const auto model = in.between("the kind of model", 1, 3);
  s.buckets = in.between("the number of buckets", 0, INT32_MAX);
  s.min_chars = in.between("minn", 0, INT32_MAX);
  s.max_chars = in.between("maxn", 0, INT32_MAX);
  if (s.version == 11 && model == 3) s.max_chars = 0;
  in.take(4 + 8);  // lrUpdateRate, t
  s.entries = in.between("the number of words and labels", 1, INT32_MAX);
  s.words = in.between("the number of words", 1, s.entries);
  in.take(4 + 8);  // nlabels, ntokens
  return s;
}

void read_dictionary(Cursor& in, const FasttextShape& s, const std::string& path,
                     Vectors& vectors) {
  for (std::int32_t i = 0; i < s.entries; ++i) {
    const std::string_view word = in.word();
    const auto count = in.value<std::int64_t>();
    const bool is_word = in.between<std::int8_t>("a word's kind", 0, 1) == 0;
    require(is_word == (i < s.words), Exit::damaged,
            "{}: byte {}: {} words are followed by labels, not by {}", path, in.at(), s.words,
            is_word ? "words" : "fewer");
    if (!is_word) continue;
    vectors.words.emplace_back(word);
    vectors.counts.push_back(count);
  }
}

}  // namespace

bool is_fasttext_model(std::string_view bytes) {
  std::int32_t first = 0;
  if (bytes.size() < sizeof first) return false;
  std::memcpy(&first, bytes.data(), sizeof first);
  return first == magic;
}

Vectors read_fasttext_model(const std::shared_ptr<const FileBytes>& file, const std::string& path) {
  const std::string_view bytes = file->text();
  Cursor in(bytes, path);
  const FasttextShape s = read_shape(in);
  const auto pruned = in.value<std::int64_t>();
  Vectors vectors;
  read_dictionary(in, s, path, vectors);
  require(pruned <= 0 && in.value<std::uint8_t>() == 0, Exit::damaged,
          "{}: a quantised fastText model: dlt reads models that are not, or the .vec file", path);
  check_words(vectors, [&](std::int64_t row) { return fmt::format("{}: word {}", path, row + 1); });
  const auto rows = in.value<std::int64_t>(), columns = in.value<std::int64_t>();
  require(rows == std::int64_t{s.words} + s.buckets && columns == s.dim, Exit::damaged,
          "{}: byte {}: the matrix is [{}, {}], {} words and {} buckets of dimension {} need "
          "[{}, {}]",
          path, in.at() - 16, rows, columns, s.words, s.buckets, s.dim,
          std::int64_t{s.words} + s.buckets, s.dim);
  const std::int64_t width = std::int64_t{s.dim} * 4;
  require(rows <= std::ssize(bytes) / width, Exit::damaged,
          "{}: byte {}: a matrix of [{}, {}] is larger than the file: it is cut off", path, in.at(),
          rows, columns);
  const char* matrix = in.take(rows * width).data();
  const bool subwords = s.max_chars > 0 && s.buckets > 0 && pruned != 0;
  const Pieces pieces{s.min_chars, s.max_chars, s.buckets};
  vectors.rows = Tensor::uninitialized({s.words, s.dim});
  real* out = vectors.rows.mutable_data();
  parallel_each(s.words, std::int64_t{20} * s.dim, [&](std::int64_t i) {
    std::vector<float> sum(static_cast<std::size_t>(s.dim)), row(sum.size());
    std::int64_t added = 0;
    const auto add = [&](std::int64_t from) {
      std::memcpy(row.data(), matrix + from * width, row.size() * sizeof(float));
      for (std::size_t j = 0; j < row.size(); ++j) sum[j] += row[j];
      ++added;
    };
    add(i);
    const std::string& word = vectors.words[static_cast<std::size_t>(i)];
    if (subwords && word != "</s>") {
      for (const std::uint32_t bucket : pieces.of(word)) add(s.words + std::int64_t{bucket});
    }
    const auto part = static_cast<float>(1.0 / static_cast<double>(added));
    for (std::size_t j = 0; j < row.size(); ++j) {
      out[i * s.dim + static_cast<std::int64_t>(j)] = sum[j] * part;
    }
  });
  if (subwords) {
    vectors.subwords = {
        pieces, std::vector<std::uint32_t>(static_cast<std::size_t>(s.buckets)), {}};
    std::iota(vectors.subwords->used.begin(), vectors.subwords->used.end(), 0u);
    const char* buckets = matrix + s.words * width;
    vectors.subwords->read = [file, buckets, width](std::size_t row, std::span<real> to) {
      const char* from = buckets + static_cast<std::int64_t>(row) * width;
      for (std::size_t i = 0; i < to.size(); ++i) {
        float value;
        std::memcpy(&value, from + i * sizeof value, sizeof value);
        to[i] = value;
      }
    };
  }
  const std::int64_t bad = not_finite(vectors.rows);
  require(bad < 0, Exit::damaged, "{}: word {}: '{}' has a number that is not finite", path,
          bad + 1, bad < 0 ? "" : printable(vectors.words[static_cast<std::size_t>(bad)]));
  return vectors;
}

}  // namespace dlt::embed
