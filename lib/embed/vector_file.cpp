#include "embed/vector_file.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <sys/stat.h>
#include <vector>

#include "base/parallel.h"
#include "base/utf8.h"
#include "embed/file_bytes.h"
#include "embed/vector_formats.h"

namespace dlt::embed {
namespace {

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

void write_shortest(std::string& to, float value) {
  char digits[32];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void write_five(std::string& to, float value) {
  fmt::format_to(std::back_inserter(to), "{:.5g}", value);
}

Vectors read_bytes(const std::string& path) {
  const auto file = std::make_shared<const FileBytes>(path);
  const std::string_view bytes = file->text();
  require(!bytes.empty(), Exit::damaged, "{}: the file is empty, word vectors are needed", path);
  if (is_fasttext_model(bytes)) return read_fasttext_model(file, path);
  if (is_safetensors(bytes)) {
    require(!file->unpacked(), Exit::damaged,
            "{}: a compressed safetensors file cannot be mapped: unpack it with gunzip", path);
    return read_vector_safetensors(path);
  }
  if (has_vector_header(bytes)) {
    const VectorHeader header = read_vector_header(bytes, path);
    return is_vector_text(header.rest) ? read_vector_text(bytes, path)
                                       : read_vector_binary(bytes, path);
  }
  return read_vector_text(bytes, path);
}

void check_writable(const std::string& path, const Vectors& vectors, VectorFormat format) {
  require(vectors.size() > 0, Exit::usage, "cannot write '{}': there are no words", path);
  for (const std::string& word : vectors.words) {
    require(!word.empty() && !has_space(word), Exit::usage,
            "cannot write '{}': the word '{}' {}, which no format can hold", path, printable(word),
            word.empty() ? "is empty" : "holds white space");
  }
  require(format != VectorFormat::glove || vectors.dim() > 1, Exit::usage,
          "cannot write '{}': vectors of one number could not be told from a text without the "
          "line of sizes: choose another --format",
          path);
}

}  // namespace

const Registry<VectorFormat>& vector_formats() {
  static const Registry<VectorFormat> formats(
      "format", {{{"word2vec", "text", "txt"}, "word2vec's text file", VectorFormat::word2vec_text},
                 {{"word2vec-bin", "bin"}, "word2vec's binary file", VectorFormat::word2vec_binary},
                 {{"vec", "fasttext"}, "fastText's text, five digits", VectorFormat::fasttext_vec},
                 {{"glove"}, "GloVe's text, without sizes", VectorFormat::glove},
                 {{"safetensors"}, "mapped, with counts", VectorFormat::safetensors}});
  return formats;
}

VectorFormat format_of(const std::string& path, VectorFormat otherwise) {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == name.npos) return otherwise;
  const auto* found = vector_formats().look(name.substr(dot + 1));
  return found == nullptr ? otherwise : found->make;
}

Vectors read_vectors(const std::string& path) {
  if (!is_folder(path)) return read_bytes(path);
  const std::string file = path + "/last/model.safetensors";
  struct stat info {};
  require(::stat(file.c_str(), &info) == 0, Exit::damaged,
          "'{}' is a folder without last/model.safetensors: give a file of word vectors or the "
          "folder of a run of embed.word2vec",
          path);
  return read_bytes(file);
}

void write_vectors(const std::string& path, const Vectors& vectors, VectorFormat format) {
  check_writable(path, vectors, format);
  if (format == VectorFormat::safetensors) return write_vector_safetensors(path, vectors);
  NewFile file(path);
  if (format != VectorFormat::glove) {
    file.write(fmt::format("{} {}\n", vectors.size(), vectors.dim()));
  }
  if (format == VectorFormat::word2vec_binary) {
    write_vector_binary(file, vectors);
  } else {
    write_vector_text(file, vectors,
                      format == VectorFormat::fasttext_vec ? write_five : write_shortest);
  }
  file.commit();
}

bool has_vector_header(std::string_view bytes) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  const auto space = line.find_first_of(" \t");
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  return space != line.npos && digits(line.substr(0, space)) && digits(line.substr(space + 1));
}

VectorHeader read_vector_header(std::string_view bytes, const std::string& path) {
  const auto end = std::min(bytes.find('\n'), bytes.size());
  VectorHeader header;
  const auto number = [&](const char* from, std::int64_t& value) {
    const auto [rest, problem] = std::from_chars(from, bytes.data() + end, value);
    require(problem == std::errc(), Exit::damaged,
            "{}:1: '{}' is no number of words and of numbers a word that a file can have", path,
            bytes.substr(0, end));
    return rest;
  };
  number(number(bytes.data(), header.words) + 1, header.dim);
  require(header.words > 0, Exit::damaged, "{}:1: the file has 0 words, at least 1 is needed",
          path);
  require(header.dim > 0, Exit::damaged, "{}:1: the vectors have dimension 0, at least 1 is needed",
          path);
  header.rest = bytes.substr(std::min(end + 1, bytes.size()));
  return header;
}

void check_words(const Vectors& vectors, const std::function<std::string(std::int64_t)>& place) {
  for (std::int64_t i = 0; i < vectors.size(); ++i) {
    const std::string& word = vectors.words[static_cast<std::size_t>(i)];
    require(!word.empty(), Exit::damaged, "{}: the word is empty", place(i));
    require(!has_space(word), Exit::damaged,
            "{}: the word '{}' holds white space, which no word may", place(i), printable(word));
  }
  const WordIndex index(vectors);
  const std::int64_t again = index.repeated();
  if (again < 0) return;
  const std::string& word = vectors.words[static_cast<std::size_t>(again)];
  fail(Exit::damaged, "{}: the word '{}' is there already, as number {}: each may be there once",
       place(again), printable(word), index.find(word) + 1);
}

std::int64_t not_finite(const Tensor& rows) {
  constexpr std::int64_t part = 1 << 16;
  using Bits = std::conditional_t<sizeof(real) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits exponent = sizeof(real) == 4 ? Bits(0x7F800000) : Bits(0x7FF0000000000000);
  const std::int64_t size = rows.size();
  const real* x = rows.data();
  const auto bad = [&](std::int64_t i) {
    return (std::bit_cast<Bits>(x[i]) & exponent) == exponent;
  };
  std::vector<char> found(static_cast<std::size_t>((size + part - 1) / part));
  parallel_for(std::ssize(found), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      int any = 0;
      for (std::int64_t i = p * part; i < std::min(size, (p + 1) * part); ++i)
        any |= bad(i) ? 1 : 0;
      found[static_cast<std::size_t>(p)] = static_cast<char>(any);
    }
  });
  const std::int64_t first = (std::ranges::find(found, 1) - found.begin()) * part;
  for (std::int64_t i = first; i < size; ++i) {
    if (bad(i)) return i / rows.dim(1);
  }
  return -1;
}

}  // namespace dlt::embed
