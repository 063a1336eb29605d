#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <vector>

#include "base/parallel.h"
#include "base/utf8.h"
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

// Calls f(bucket's row) for each piece of min .. max characters of <word>; a boundary alone is
// none (Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information").
template <class F>
void each_subword(std::string_view word, const FasttextShape& s, const F& f) {
  const std::string marked = "<" + std::string(word) + ">";
  const auto follows = [&](std::size_t i) { return (marked[i] & 0xC0) == 0x80; };
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (follows(i)) continue;
    std::size_t end = i;
    for (std::int32_t n = 1; end < marked.size() && n <= s.max_chars; ++n) {
      ++end;
      while (end < marked.size() && follows(end)) ++end;
      const bool boundary = n == 1 && (i == 0 || end == marked.size());
      if (n < s.min_chars || boundary) continue;
      const auto bucket =
          fasttext_hash({marked.data() + i, end - i}) % static_cast<std::uint32_t>(s.buckets);
      f(s.words + std::int64_t{bucket});
    }
  }
}

}  // namespace

std::uint32_t fasttext_hash(std::string_view text) {
  std::uint32_t hash = 2166136261;
  for (char c : text) {
    hash ^= static_cast<std::uint32_t>(static_cast<signed char>(c));  // the sign goes along
    hash *= 16777619;
  }
  return hash;
}

bool is_fasttext_model(std::string_view bytes) {
  std::int32_t first = 0;
  if (bytes.size() < sizeof first) return false;
  std::memcpy(&first, bytes.data(), sizeof first);
  return first == magic;
}

Vectors read_fasttext_model(std::string_view bytes, const std::string& path) {
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
    if (subwords && word != "</s>") each_subword(word, s, add);
    const auto part = static_cast<float>(1.0 / static_cast<double>(added));
    for (std::size_t j = 0; j < row.size(); ++j) {
      out[i * s.dim + static_cast<std::int64_t>(j)] = sum[j] * part;
    }
  });
  const std::int64_t bad = not_finite(vectors.rows);
  require(bad < 0, Exit::damaged, "{}: word {}: '{}' has a number that is not finite", path,
          bad + 1, bad < 0 ? "" : printable(vectors.words[static_cast<std::size_t>(bad)]));
  return vectors;
}

}  // namespace dlt::embed
