#include "lexicon/word_list.h"

#include <charconv>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "ngram/corpus.h"
#include "ngram/unit.h"

namespace dlt::lexicon {
namespace {

using Fields = std::vector<std::string_view>;

Fields fields_of(std::string_view line) {
  Fields fields;
  ngram::Tokens tokens(line, ngram::Unit::words);
  for (std::string_view token; tokens.next(token);) fields.push_back(token);
  return fields;
}

void each_line_of(const std::string& path,
                  const std::function<void(std::string_view, std::int64_t)>& take) {
  ngram::TextReader reader(path);
  for (ngram::Block block; reader.next(block);) {
    ngram::each_line(block, [&](std::string_view line, std::int64_t number) {
      require(is_utf8(line), Exit::data, "{}:{}: the line is not UTF-8: convert the file to UTF-8",
              path, number);
      take(line, number);
    });
  }
}

std::uint64_t count_of(std::string_view field, const std::string& path, std::int64_t number) {
  std::uint64_t count = 0;
  const char* end = field.data() + field.size();
  const auto [rest, problem] = std::from_chars(field.data(), end, count);
  require(problem == std::errc() && rest == end, Exit::data,
          "{}:{}: expected a count, an integer >= 0, got '{}'", path, number, printable(field));
  return count;
}

// What stands between quotes: right, wrong, right, wrong ...
class Quoted {
 public:
  void take(std::string_view line) {
    for (std::size_t at = line.find('\''); at != line.npos; at = line.find('\'', at)) {
      const std::size_t end = line.find('\'', at + 1);
      if (end == line.npos) return;
      const std::string_view text = line.substr(at + 1, end - at - 1);
      at = end + 1;
      if (right_.empty()) {
        right_ = text;
        continue;
      }
      for (std::string_view wrong : fields_of(text)) found.push_back({std::string(wrong), right_});
      right_.clear();
    }
  }
  std::vector<Misspelling> found;

 private:
  std::string right_;
};

void add_pairs(std::string_view line, const std::string& place, std::vector<Misspelling>& to) {
  const std::size_t colon = line.find(':');
  const Fields fields = fields_of(colon == line.npos ? line : line.substr(colon + 1));
  if (colon != line.npos) {
    const Fields right = fields_of(line.substr(0, colon));
    require(right.size() == 1 && !fields.empty(), Exit::data,
            "{}: expected 'right: wrong1 wrong2', got '{}'", place, printable(line));
    for (std::string_view w : fields) to.push_back({std::string(w), std::string(right[0])});
    return;
  }
  if (fields.empty()) return;
  require(fields.size() == 2 || (fields.size() == 3 && parse_number(fields[2])), Exit::data,
          "{}: expected 'wrong right' or 'right: wrong1 wrong2', got '{}'", place, printable(line));
  to.push_back({std::string(fields[0]), std::string(fields[1])});
}

}  // namespace

WordList read_word_list(const std::string& path) {
  WordList list;
  std::unordered_map<std::string, std::size_t> index;
  each_line_of(path, [&](std::string_view line, std::int64_t number) {
    const Fields fields = fields_of(line);
    if (fields.empty()) return;
    require(fields.size() <= 2, Exit::data,
            "{}:{}: expected a word and perhaps its count, got {} fields", path, number,
            fields.size());
    const std::uint64_t count = fields.size() == 1 ? 1 : count_of(fields[1], path, number);
    const auto [at, is_new] = index.try_emplace(std::string(fields[0]), list.words.size());
    if (is_new) {
      list.words.emplace_back(fields[0]);
      list.counts.push_back(count);
    } else {
      list.counts[at->second] += count;
    }
  });
  require(!list.words.empty(), Exit::data,
          "'{}' has no words: a line of it is a word and perhaps its count", path);
  return list;
}

std::vector<Misspelling> read_misspellings(const std::string& path) {
  std::vector<Misspelling> pairs;
  Quoted quoted;
  bool in_quotes = false, first = true;
  each_line_of(path, [&](std::string_view line, std::int64_t number) {
    if (first) in_quotes = line.find('{') != line.npos;
    first = false;
    if (in_quotes) return quoted.take(line);
    add_pairs(line, fmt::format("{}:{}", path, number), pairs);
  });
  if (in_quotes) pairs = std::move(quoted.found);
  require(!pairs.empty(), Exit::data,
          "'{}' has no misspellings: a line of it is 'wrong right' or 'right: wrong1 wrong2'",
          path);
  return pairs;
}

}  // namespace dlt::lexicon
