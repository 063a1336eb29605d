#include "data/labelled_text.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/spelling.h"
#include "base/utf8.h"
#include "text/tokenizer.h"

namespace dlt::data {
namespace {

constexpr std::string_view mark = "__label__", space = " \t\r";

// "__label__x text"
LabelledText marked(std::string_view line, const std::string& place) {
  const std::size_t end = std::min(line.find_first_of(space), line.size());
  const std::string_view label = line.substr(mark.size(), end - mark.size());
  require(!label.empty(), Exit::data, "{}: there is no label behind '__label__'", place);
  const std::string_view text = line.substr(end);
  const auto words = words_of(text);
  require(words.empty() || !words.front().starts_with(mark), Exit::data,
          "{}: '{}' is a second label: a text has one, leave one of them", place,
          words.empty() ? "" : words.front());
  return {std::string(label), std::string(text)};
}

LabelledText parsed(std::string_view line, const std::string& place) {
  if (line.starts_with(mark)) return marked(line, place);
  const std::size_t tab = line.find('\t');
  require(tab != line.npos, Exit::data,
          "{}: expected label<TAB>text or __label__x text, got '{}': what is its label?", place,
          printable(line.substr(0, 40)));
  require(tab > 0, Exit::data, "{}: expected label<TAB>text, got no label", place);
  return {std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))};
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(space); at != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(space, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(space, end);
  }
  return words;
}

std::vector<LabelledText> read_labelled_text(const std::string& path) {
  const std::string file = read_file(path, Exit::data);
  text::check_text(file, path);
  std::vector<LabelledText> all;
  std::int64_t number = 0;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    std::string_view line(file.data() + at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(space) == line.npos) continue;
    const std::string place = fmt::format("{}:{}", path, number);
    all.push_back(parsed(line, place));
    all.back().line = number;
    require(all.back().text.find_first_not_of(space) != std::string::npos, Exit::data,
            "{}: there is no text behind the label '{}'", place, all.back().label);
  }
  require(!all.empty(), Exit::data, "'{}': there are no lines in it", path);
  return all;
}

std::vector<std::string> labels_of(const std::vector<LabelledText>& texts,
                                   const std::string& file) {
  std::vector<std::string> labels;
  for (const LabelledText& t : texts) labels.push_back(t.label);
  std::ranges::sort(labels);
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  require(labels.size() > 1, Exit::data,
          "'{}': every line has the label '{}', so there is nothing to tell apart: at least two "
          "classes are needed",
          file, labels.front());
  return labels;
}

std::vector<std::int32_t> label_ids(const std::vector<LabelledText>& texts,
                                    const std::vector<std::string>& labels,
                                    const std::string& file) {
  std::vector<std::int32_t> ids;
  for (const LabelledText& t : texts) {
    const auto at = std::ranges::lower_bound(labels, t.label);
    if (at == labels.end() || *at != t.label) {
      fail(Exit::data, "{}:{}: class '{}' is not among those of the training data{}", file, t.line,
           t.label, did_you_mean(t.label, {labels.begin(), labels.end()}));
    }
    ids.push_back(static_cast<std::int32_t>(at - labels.begin()));
  }
  return ids;
}

}  // namespace dlt::data
