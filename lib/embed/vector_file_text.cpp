#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <fmt/format.h>
#include <vector>

#include "base/parallel.h"
#include "base/utf8.h"
#include "embed/vector_formats.h"

namespace dlt::embed {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Takes the next field off a line; "" at its end.
std::string_view next_field(std::string_view& line) {
  const auto begin = std::ranges::find_if_not(line, is_blank);
  const auto end = std::find_if(begin, line.end(), is_blank);
  line = {end, line.end()};
  return {begin, end};
}

enum class Number : std::uint8_t { good, not_finite, none };

Number parse(std::string_view field, float& value) {
  if (field.starts_with('+')) field.remove_prefix(1);
  const char* end = field.data() + field.size();
  const auto [rest, problem] = std::from_chars(field.data(), end, value);
  if (problem == std::errc::result_out_of_range) {  // too small is zero, too large is not finite
    double wide = 0;
    const auto again = std::from_chars(field.data(), end, wide);
    if (again.ec == std::errc::invalid_argument || again.ptr != end) return Number::none;
    const auto e = field.find_first_of("eE");
    const bool tiny = e != field.npos && field.find('-', e) != field.npos;
    value = again.ec == std::errc() ? static_cast<float>(wide) : 0.0F;
    return (again.ec == std::errc() ? std::isfinite(value) : tiny) ? Number::good
                                                                   : Number::not_finite;
  }
  if (problem != std::errc() || rest != end) return Number::none;
  return std::isfinite(value) ? Number::good : Number::not_finite;
}

std::int64_t count_fields(std::string_view line) {
  std::int64_t count = 0;
  while (!next_field(line).empty()) ++count;
  return count;
}

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Says what is wrong with a line that is not a word and `dim` numbers.
[[noreturn]] void explain(std::string_view line, std::int64_t dim, const std::string& place) {
  require(!line.empty(), Exit::damaged, "{}: the line is empty, a word and {} numbers are needed",
          place, dim);
  require(!is_blank(line.front()), Exit::damaged, "{}: the word is empty", place);
  const std::int64_t given = count_fields(line) - 1;
  require(given <= dim, Exit::damaged,
          "{}: {} fields follow the word, {} numbers are needed: a word may not hold spaces", place,
          given, dim);
  require(given == dim, Exit::damaged,
          "{}: {} numbers follow the word, {} are needed: the line or the file is cut off", place,
          given, dim);
  next_field(line);
  for (std::string_view field; !(field = next_field(line)).empty();) {
    float value = 0;
    const Number kind = parse(field, value);
    require(kind != Number::not_finite, Exit::damaged, "{}: '{}' is not a finite number", place,
            field);
    require(kind == Number::good, Exit::damaged, "{}: '{}' is not a number", place,
            printable(field));
  }
  fail(Exit::damaged, "{}: the line is not a word and {} numbers", place, dim);
}

// Takes a good number off a line; false: there is none.
bool take_number(std::string_view& line, real& number) {
  const char* end = line.data() + line.size();
  const char* at = std::find_if_not(line.data(), end, is_blank);
  float value = 0;
  const auto [rest, problem] = std::from_chars(at, end, value);
  if (problem == std::errc() && std::isfinite(value) && (rest == end || is_blank(*rest))) {
    line = {rest, end};
  } else if (parse(next_field(line), value) != Number::good) {
    return false;
  }
  number = value;
  return true;
}

bool parse_line(std::string_view line, std::string& word, real* row, std::int64_t dim) {
  if (line.empty() || is_blank(line.front())) return false;
  word = next_field(line);
  for (std::int64_t j = 0; j < dim; ++j) {
    if (!take_number(line, row[j])) return false;
  }
  return next_field(line).empty();
}

// A file's lines of vectors, cut into parts for the threads.
class TextBody {
 public:
  TextBody(std::string_view text, std::int64_t first_line, const std::string& path)
      : path_(path), first_line_(first_line) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    constexpr std::size_t size = 1 << 20;
    while (!text.empty()) {
      const auto end = text.size() <= size ? text.npos : text.find('\n', size);
      parts_.push_back(text.substr(0, end == text.npos ? text.size() : end + 1));
      text.remove_prefix(parts_.back().size());
    }
    rows_.resize(parts_.size() + 1);
    parallel_for(std::ssize(parts_), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto p = static_cast<std::size_t>(begin); p < static_cast<std::size_t>(end); ++p) {
        rows_[p + 1] = std::count(parts_[p].begin(), parts_[p].end(), '\n');
      }
    });
    for (std::size_t p = 1; p < rows_.size(); ++p) rows_[p] += rows_[p - 1];
    if (!parts_.empty()) ++rows_.back();  // the last line has lost its end
  }

  std::int64_t rows() const { return rows_.back(); }
  std::string place(std::int64_t row) const {
    return fmt::format("{}:{}", path_, first_line_ + row);
  }

  // Calls f(line, row) for the lines of a part.
  template <class F>
  void each_line_of(std::size_t part, const F& f) const {
    std::string_view text = parts_[part];
    for (std::int64_t row = rows_[part]; row < rows_[part + 1]; ++row) {
      const auto end = std::min(text.find('\n'), text.size());
      f(without_return(text.substr(0, end)), row);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  // Before memory is claimed: no line is too short for so many numbers.
  void check_lengths(std::int64_t dim) const {
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      each_line_of(p, [&](std::string_view line, std::int64_t row) {
        if (std::ssize(line) / 2 < dim) explain(line, dim, place(row));
      });
    }
  }

  Vectors read(std::int64_t dim) const {
    Vectors vectors;
    vectors.words.resize(static_cast<std::size_t>(rows()));
    vectors.rows = Tensor::uninitialized({rows(), dim});
    real* out = vectors.rows.mutable_data();
    std::vector<std::exception_ptr> problems(parts_.size());
    parallel_for(std::ssize(parts_), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto p = static_cast<std::size_t>(begin); p < static_cast<std::size_t>(end); ++p) {
        try {
          each_line_of(p, [&](std::string_view line, std::int64_t row) {
            std::string& word = vectors.words[static_cast<std::size_t>(row)];
            if (!parse_line(line, word, out + row * dim, dim)) explain(line, dim, place(row));
          });
        } catch (...) {
          problems[p] = std::current_exception();
        }
      }
    });
    for (const std::exception_ptr& problem : problems) {
      if (problem != nullptr) std::rethrow_exception(problem);
    }
    return vectors;
  }

 private:
  const std::string& path_;
  std::int64_t first_line_;
  std::vector<std::string_view> parts_;  // whole lines, about 1 MB
  std::vector<std::int64_t> rows_;       // that begin before each part
};

// Without a first line of sizes the first word tells them.
std::int64_t dim_of_first(std::string_view bytes, const std::string& path) {
  std::string_view line = without_return(bytes.substr(0, bytes.find('\n')));
  const std::int64_t dim = count_fields(line) - 1;
  std::int64_t numbers = 0;
  for (std::string_view field; !(field = next_field(line)).empty();) {
    float value = 0;
    numbers = parse(field, value) == Number::none ? 0 : numbers + 1;
  }
  require(dim >= 2 && numbers >= 2, Exit::damaged,
          "{}:1: this begins no file of word vectors: the first line is neither 'words dim' nor a "
          "word and its numbers, and it is neither a safetensors file nor a fastText model",
          path);
  return dim;
}

}  // namespace

bool is_vector_text(std::string_view body) {
  std::string_view line = without_return(body.substr(0, body.find('\n')));
  if (body.empty()) return true;
  std::string_view last;
  for (std::string_view field; !(field = next_field(line)).empty();) last = field;
  float value = 0;
  return parse(last, value) != Number::none;
}

Vectors read_vector_text(std::string_view bytes, const std::string& path) {
  const bool sizes = has_vector_header(bytes);
  VectorHeader header{0, 0, bytes};
  if (sizes) header = read_vector_header(bytes, path);
  if (!sizes) header.dim = dim_of_first(bytes, path);
  const TextBody body(header.rest, sizes ? 2 : 1, path);
  require(!sizes || body.rows() >= header.words, Exit::damaged,
          "{}: the first line names {} words, {} are there: the file is cut off", path,
          header.words, body.rows());
  require(!sizes || body.rows() == header.words, Exit::damaged,
          "{}: the first line names {} words, this is one more", body.place(header.words),
          header.words);
  body.check_lengths(header.dim);
  Vectors vectors = body.read(header.dim);
  check_words(vectors, [&](std::int64_t row) { return body.place(row); });
  return vectors;
}

void write_vector_text(NewFile& file, const Vectors& vectors, WriteNumber number) {
  constexpr std::int64_t rows_a_piece = 256;
  std::vector<std::string> pieces(32);
  const std::int64_t dim = vectors.dim(), at_once = std::ssize(pieces) * rows_a_piece;
  for (std::int64_t from = 0; from < vectors.size(); from += at_once) {
    parallel_for(std::ssize(pieces), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        std::string& text = pieces[static_cast<std::size_t>(p)];
        text.clear();
        const std::int64_t first = from + p * rows_a_piece;
        for (std::int64_t i = first; i < std::min(first + rows_a_piece, vectors.size()); ++i) {
          text += vectors.words[static_cast<std::size_t>(i)];
          for (std::int64_t j = 0; j < dim; ++j) {
            text += ' ';
            number(text, static_cast<float>(vectors.rows.data()[i * dim + j]));
          }
          text += " \n";
        }
      }
    });
    for (const std::string& text : pieces) file.write(text);
  }
}

}  // namespace dlt::embed
