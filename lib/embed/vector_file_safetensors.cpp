#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "embed/vector_formats.h"
#include "io/safetensors.h"

namespace dlt::embed {
namespace {

using Entry = io::SafetensorsFile::Entry;

const Entry& entry_of(const io::SafetensorsFile& file, const char* name, const char* what) {
  const auto found = file.entries().find(name);
  require(found != file.entries().end(), Exit::damaged,
          "{}: there is no tensor '{}': word vectors have '{}', {}", file.path(), name, name, what);
  return found->second;
}

// Who writes to the pages of a mapped file gets pages of his own.
bool copy_on_write(std::span<const std::byte> bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  const auto first = begin / page * page;
  return ::mprotect(reinterpret_cast<void*>(first), begin + bytes.size() - first,
                    PROT_READ | PROT_WRITE) == 0;
}

Tensor rows_of(const std::shared_ptr<const io::SafetensorsFile>& file) {
  const Entry& entry = entry_of(*file, "vectors", "a matrix of [words, dim]");
  require(entry.shape.rank() == 2 && entry.shape.size() > 0, Exit::damaged,
          "{}: tensor 'vectors' is {}, a matrix of [words, dim] is needed", file->path(),
          entry.shape);
  const bool ours = entry.dtype == (sizeof(real) == 4 ? "F32" : "F64");
  const auto address = reinterpret_cast<std::uintptr_t>(entry.bytes.data());
  if (!ours || address % alignof(real) != 0 || !copy_on_write(entry.bytes)) {
    return file->tensor("vectors");
  }
  auto* data = reinterpret_cast<real*>(const_cast<std::byte*>(entry.bytes.data()));
  return Tensor::over(entry.shape, data, file);
}

std::vector<std::string> words_of(const io::SafetensorsFile& file, std::int64_t count) {
  const Entry& entry = entry_of(file, "words", "the words, each with a line end");
  require(entry.dtype == "U8", Exit::damaged, "{}: tensor 'words' is {}, U8 is needed", file.path(),
          entry.dtype);
  std::string_view text(reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size());
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = text.find('\n');
    require(end != text.npos, Exit::damaged, "{}: tensor 'words' ends within word {}", file.path(),
            words.size() + 1);
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  require(std::ssize(words) == count, Exit::damaged,
          "{}: tensor 'words' has {} words, tensor 'vectors' has {} rows", file.path(),
          words.size(), count);
  return words;
}

std::vector<std::int64_t> counts_of(const io::SafetensorsFile& file, std::int64_t words) {
  const auto found = file.entries().find("counts");
  if (found == file.entries().end()) return {};
  const Entry& entry = found->second;
  require(entry.dtype == "I64" && entry.shape == Shape{words}, Exit::damaged,
          "{}: tensor 'counts' is {} {}, I64 [{}] is needed", file.path(), entry.dtype, entry.shape,
          words);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(words));
  std::memcpy(counts.data(), entry.bytes.data(), entry.bytes.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    require(counts[i] >= 0, Exit::damaged, "{}: tensor 'counts': element {} is {}, below 0",
            file.path(), i, counts[i]);
  }
  return counts;
}

// The settings are the metadata "subwords": "3 6 2000000".
std::optional<Subwords> subwords_in(const io::SafetensorsFile& file, std::int64_t dim) {
  const auto found = file.metadata().find("subwords");
  if (found == file.metadata().end()) return std::nullopt;
  Subwords subwords;
  Pieces& p = subwords.pieces;
  std::istringstream numbers(found->second);
  numbers >> p.min >> p.max >> p.buckets;
  require(numbers && p.min >= 0 && p.max >= p.min && p.buckets > 0 && p.buckets <= INT32_MAX,
          Exit::damaged,
          "{}: metadata 'subwords' is \"{}\", the shortest and longest n-grams and the number of "
          "buckets are needed",
          file.path(), found->second);
  const Entry& used = entry_of(file, "subword_buckets", "the buckets that have rows");
  const Entry& rows = entry_of(file, "subword_rows", "a matrix of [buckets, dim]");
  const auto count = used.shape.size();
  require(used.dtype == "I64" && used.shape.rank() == 1 && rows.shape == Shape({count, dim}),
          Exit::damaged,
          "{}: tensor 'subword_buckets' is {} {}, I64 [n] is needed, and "
          "'subword_rows' is {}, [n, {}] is needed",
          file.path(), used.dtype, used.shape, rows.shape, dim);
  std::int64_t last = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t bucket;
    std::memcpy(&bucket, used.bytes.data() + i * 8, 8);
    require(bucket > last && bucket < p.buckets, Exit::damaged,
            "{}: tensor 'subword_buckets': element {} is {}, not in [{}, {}]", file.path(), i,
            bucket, last + 1, p.buckets - 1);
    subwords.used.push_back(static_cast<std::uint32_t>(last = bucket));
  }
  const Tensor matrix = file.tensor("subword_rows");
  require(not_finite(matrix) < 0, Exit::damaged,
          "{}: tensor 'subword_rows': row {} has a number that is not finite", file.path(),
          not_finite(matrix));
  subwords.read = reader_of(matrix);
  return subwords;
}

void put_subwords(const Subwords& subwords, std::int64_t dim, std::vector<std::int64_t>& used,
                  io::SafetensorsContent& content) {
  const Pieces& p = subwords.pieces;
  content.metadata["subwords"] = fmt::format("{} {} {}", p.min, p.max, p.buckets);
  used.assign(subwords.used.begin(), subwords.used.end());
  content.counts["subword_buckets"] = used;
  Tensor rows = Tensor::uninitialized({std::ssize(used), dim});
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto width = static_cast<std::size_t>(dim);
    subwords.read(i, {rows.mutable_data() + i * width, width});
  }
  content.tensors["subword_rows"] = rows;
}

}  // namespace

bool is_safetensors(std::string_view bytes) {
  constexpr std::string_view high_half("\0\0\0\0{", 5);  // of the header's length
  return bytes.size() > 8 && bytes.substr(4, 5) == high_half;
}

Vectors read_vector_safetensors(const std::string& path) {
  const auto file = std::make_shared<const io::SafetensorsFile>(path);
  Vectors vectors;
  vectors.rows = rows_of(file);
  vectors.words = words_of(*file, vectors.rows.dim(0));
  vectors.counts = counts_of(*file, vectors.rows.dim(0));
  vectors.subwords = subwords_in(*file, vectors.dim());
  const auto place = [&](std::int64_t row) { return fmt::format("{}: word {}", path, row + 1); };
  check_words(vectors, place);
  const std::int64_t bad = not_finite(vectors.rows);
  require(bad < 0, Exit::damaged, "{}: '{}' has a number that is not finite", place(bad),
          bad < 0 ? "" : printable(vectors.words[static_cast<std::size_t>(bad)]));
  return vectors;
}

void write_vector_safetensors(const std::string& path, const Vectors& vectors) {
  std::string words;
  for (const std::string& word : vectors.words) words += word + "\n";
  io::SafetensorsContent content;
  content.tensors["vectors"] = vectors.rows;
  content.bytes["words"] = words;
  if (!vectors.counts.empty()) content.counts["counts"] = vectors.counts;
  content.metadata["format"] = "dlt word vectors";
  std::vector<std::int64_t> used;
  if (vectors.subwords) put_subwords(*vectors.subwords, vectors.dim(), used, content);
  write_safetensors(path, content);
}

}  // namespace dlt::embed
