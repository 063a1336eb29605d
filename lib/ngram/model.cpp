#include "ngram/model.h"

#include <algorithm>
#include <cstring>
#include <sys/stat.h>
#include <zlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "ngram/arpa.h"
#include "ngram/model_file.h"

namespace dlt::ngram {
namespace {

using Bytes = std::span<const std::byte>;

template <class T>
std::span<const T> numbers(Bytes bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

// The file itself, or the model in the last checkpoint of a run.
std::string file_of(const std::string& path) {
  struct stat info {};
  require(::stat(path.c_str(), &info) == 0, Exit::usage,
          "there is no model '{}': name a file of `dlt ngram train`, an ARPA file or a run folder",
          path);
  if (!S_ISDIR(info.st_mode)) return path;
  std::string model = path + "/last/model.ngram";
  require(::stat(model.c_str(), &info) == 0, Exit::usage,
          "'{}' is no run of an n-gram model: it has no last/model.ngram", path);
  return model;
}

void check_text(std::string_view bytes, const std::string& path) {
  constexpr std::string_view gzip = "\x1f\x8b", kenlm = "mmap lm http://kheafield.com/code";
  constexpr std::size_t looked_at = 4096;
  require(!bytes.empty(), Exit::damaged, "'{}' is empty: a model is needed", path);
  require(!bytes.starts_with(kenlm), Exit::damaged,
          "'{}' is a binary file of KenLM's: give the ARPA file that it was made from", path);
  const bool text =
      bytes.starts_with(gzip) || bytes.substr(0, looked_at).find('\0') == std::string_view::npos;
  require(text, Exit::damaged, "'{}' is neither a model file of dlt's nor an ARPA file", path);
}

}  // namespace

WordId Model::word(int n, Node i) const {
  const auto word = part(n).words[i];
  return word < vocabulary_.size() ? static_cast<WordId>(word) : unknown;
}
float Model::log10_p(int n, Node i) const { return part(n).p(i); }
float Model::log10_bow(int n, Node i) const { return part(n).bow(i); }
Model::Range Model::children(int n, Node i) const { return part(n).children(i); }

Node Model::child(int n, Node i, WordId word) const {
  auto [begin, end] = children(n, i);
  const Packed& words = part(n + 1).words;
  while (begin < end) {
    const Node middle = begin + (end - begin) / 2;
    const std::uint64_t found = words[middle];
    if (found == word) return middle;
    if (found < word) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return nowhere;
}

Model model_at(Bytes file, std::shared_ptr<const void> owner, const std::string& name) {
  const FileHeader header = read_header(file, name);
  Model model;
  model.owner_ = owner;
  model.values_ = header.values;
  model.about_.unit = header.unit;
  model.about_.absent_bow = header.absent_bow;
  model.levels_.resize(static_cast<std::size_t>(header.order));
  Vocabulary::Arrays arrays;
  for (const Section& section : header.sections) {
    const Bytes bytes = file.subspan(section.offset, section.bytes);
    const auto n = std::max<std::size_t>(section.level, 1);
    Model::Part& part = model.levels_[n - 1];
    part.size = header.counts[n - 1];
    part.next_size = n < header.counts.size() ? header.counts[n] : 0;
    const auto table = numbers<float>(bytes).data();
    const auto* codes = reinterpret_cast<const std::uint8_t*>(bytes.data()) + table_bytes;
    switch (section.kind) {
      case Kind::made: {
        const auto text = numbers<char>(bytes);
        model.about_.made.assign(text.begin(), text.end());
        break;
      }
      case Kind::text:
        arrays.text = numbers<char>(bytes);
        break;
      case Kind::begins:
        arrays.begins = numbers<std::uint64_t>(bytes);
        break;
      case Kind::slots:
        arrays.slots = numbers<std::uint64_t>(bytes);
        break;
      case Kind::words:
        part.words = {bytes.data(), header.word_bits()};
        break;
      case Kind::first:
        part.first = {bytes.data(), header.first_bits(static_cast<int>(n))};
        break;
      case Kind::log10_p:
        part.log10_p = table;
        break;
      case Kind::log10_bow:
        part.log10_bow = table;
        break;
      case Kind::p_codes:
        part.p_table = table, part.p_codes = codes;
        break;
      case Kind::bow_codes:
        part.bow_table = table, part.bow_codes = codes;
        break;
      case Kind::checksums:
        break;
    }
  }
  model.vocabulary_ = Vocabulary(arrays, std::move(owner));
  return model;
}

Model Model::open(const std::string& path) {
  const std::string file = file_of(path);
  auto map = std::make_shared<MappedFile>(file, Exit::usage);
  if (map->text().starts_with(model_magic)) return model_at(map->bytes(), map, path);
  check_text(map->text(), path);
  return of(read_arpa(file));
}

Model Model::of(const Tables& tables, Values values) {
  const FileHeader header = header_of(tables, values);
  auto bytes = std::make_shared<Array<std::byte>>(header.bytes, Storage{});
  std::size_t at = 0;
  write_file_of(tables, header, [&](Bytes some) {
    std::memcpy(bytes->data() + at, some.data(), some.size());
    at += some.size();
  });
  return model_at(bytes->span(), bytes, "the model in memory");
}

Tables Model::tables() const {
  Tables tables;
  tables.vocabulary = vocabulary_;
  tables.about = about_;
  for (int n = 1; n <= order(); ++n) {
    Level& level = tables.levels.emplace_back();
    const Part& from = part(n);
    const bool inner = n < order();
    level.log10_p = Array<float>(from.size, {});
    if (n > 1) level.word = Array<WordId>(from.size, {});
    if (inner) level.log10_bow = Array<float>(from.size, {});
    if (inner) level.first = Array<Node>(from.size + 1, {});
    parallel_for(static_cast<std::int64_t>(from.size), 1 << 14,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (auto i = static_cast<Node>(begin); i < static_cast<Node>(end); ++i) {
                     level.log10_p[i] = from.p(i);
                     if (n > 1) level.word[i] = word(n, i);
                     if (!inner) continue;
                     level.log10_bow[i] = from.bow(i);
                     level.first[i] = from.children(i).begin;
                   }
                 });
    if (!inner) continue;
    level.first[from.size] = static_cast<Node>(from.next_size);
    require(
        level.first[0] == 0 && std::is_sorted(level.first.data(), level.first.data() + from.size),
        Exit::damaged, "the model is damaged: its {}-grams are no tree", n + 1);
  }
  return tables;
}

void verify_model(const std::string& path) {
  const std::string name = file_of(path);
  const MappedFile map(name, Exit::usage);
  require(map.text().starts_with(model_magic), Exit::damaged, "'{}' is no model file of dlt's",
          path);
  const FileHeader header = read_header(map.bytes(), path);
  const Section& last = header.sections.back();
  const auto sums = numbers<std::uint32_t>(map.bytes().subspan(last.offset, last.bytes));
  const auto crc = [](Bytes bytes) {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
  };
  std::vector<char> sound(sums.size());
  parallel_for(
      static_cast<std::int64_t>(sums.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          const Section& s = header.sections[i];
          const auto bytes = map.bytes().subspan(s.offset, s.bytes);
          const bool own = i + 1 == sums.size();  // the checksums' own
          sound[i] = crc(own ? bytes.first(bytes.size() - 4) : bytes) == sums[i];
        }
      });
  for (std::size_t i = sound.size(); i-- > 0;) {
    require(sound[i] != 0, Exit::damaged, "'{}' is damaged: the {} are not what was written", path,
            section_name(header.sections[i]));
  }
}

}  // namespace dlt::ngram
