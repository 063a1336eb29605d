#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "lexicon/key_list.h"
#include "ngram/corpus.h"
#include "ngram/unit.h"

namespace dlt::lexicon {
namespace {

constexpr std::string_view mark = "#dlt-keys\t";

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> found;
  for (;;) {
    const std::size_t end = line.find('\t');
    found.push_back(line.substr(0, end));
    if (end == line.npos) return found;
    line.remove_prefix(end + 1);
  }
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// One list as it is read, line by line.
class Reading {
 public:
  Reading(const std::string& path, const GramSettings& wanted, const Given& given)
      : path_(path), given_(given), cut_(wanted) {
    keys_.settings = wanted;
  }

  void take(std::string_view line, std::int64_t number) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 && line.starts_with(mark)) return header(line);
    if (counted_) {
      counted(line, number);
    } else if (!line.empty()) {
      int tokens = 0;
      const std::string_view gram = cut_.whole(line.substr(0, line.find('\t')), tokens);
      add(gram, tokens, number);
    }
  }

  KeyList finish() {
    require(keys_.grams.size() > 0, Exit::data, "'{}' has no n-grams in it", path_);
    return std::move(keys_);
  }

 private:
  void header(std::string_view line) {
    const auto fields = columns(line);
    require(fields.size() == 5, Exit::data, "{}:1: expected 5 columns in the first line, got {}",
            path_, fields.size());
    GramSettings& own = keys_.settings;
    const GramSettings wanted = own;
    require(read_unit(fields[1], own.unit), Exit::data,
            "{}:1: expected words, chars or bytes, got '{}'", path_, fields[1]);
    require(read_lengths(fields[2], own), Exit::data,
            "{}:1: expected lengths such as 1-3, got '{}'", path_, fields[2]);
    own.lower = fields[3] == "lower";
    const auto lines = whole_number(fields[4]);
    require(lines.has_value(), Exit::data, "{}:1: expected a number of lines, got '{}'", path_,
            fields[4]);
    keys_.lines = static_cast<std::int64_t>(*lines);
    counted_ = true;
    agree(!given_.unit || own.unit == wanted.unit, "--unit", fields[1], unit_name(wanted.unit));
    agree(!given_.lengths || lengths_text(own) == lengths_text(wanted), "--n", fields[2],
          lengths_text(wanted));
    agree(!given_.lower || own.lower == wanted.lower, "--lower", fields[3], "lower");
  }

  void agree(bool ok, std::string_view option, std::string_view own, std::string_view wanted) {
    require(ok, Exit::usage,
            "{} {} does not fit the key list '{}', which was made with {}: leave {} out, or make "
            "a new list",
            option, wanted, path_, own, option);
  }

  void counted(std::string_view line, std::int64_t number) {
    const auto fields = columns(line);
    const auto count = fields.size() == 3 ? whole_number(fields[1]) : std::nullopt;
    const auto in_lines = fields.size() == 3 ? whole_number(fields[2]) : std::nullopt;
    require(count.has_value() && in_lines.has_value(), Exit::data,
            "{}:{}: expected gram<TAB>count<TAB>lines, got '{}'", path_, number,
            line.substr(0, 60));
    add(fields[0], tokens(fields[0]), number);
    keys_.counts.push_back(*count);
    keys_.in_lines.push_back(*in_lines);
  }

  void add(std::string_view gram, int length, std::int64_t number) {
    const GramSettings& s = keys_.settings;
    require(length >= s.shortest && length <= s.longest, Exit::data,
            "{}:{}: '{}' is an n-gram of {} {}, but --n is {}", path_, number, gram, length,
            unit_name(s.unit), lengths_text(s));
    const std::uint32_t next = keys_.grams.size();
    require(keys_.grams.add(gram) == next, Exit::data, "{}:{}: '{}' is there twice", path_, number,
            gram);
  }

  // Of an n-gram as GramCutter writes it: bytes are one character each.
  int tokens(std::string_view gram) const {
    const bool words = keys_.settings.unit == ngram::Unit::words;
    ngram::Tokens tokens(gram, words ? ngram::Unit::words : ngram::Unit::chars);
    int count = 0;
    for (std::string_view token; tokens.next(token);) ++count;
    return count;
  }

  const std::string& path_;
  Given given_;
  GramCutter cut_;
  KeyList keys_;
  bool counted_ = false;  // it is a list of dlt's own
};

}  // namespace

KeyList read_keys(const std::string& path, const GramSettings& wanted, const Given& given) {
  Reading reading(path, wanted, given);
  ngram::TextReader reader(path);
  for (ngram::Block block; reader.next(block);) {
    ngram::each_line(
        block, [&](std::string_view line, std::int64_t number) { reading.take(line, number); });
  }
  return reading.finish();
}

}  // namespace dlt::lexicon
