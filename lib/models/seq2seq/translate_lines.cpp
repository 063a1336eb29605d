#include "models/seq2seq/translate_lines.h"

#include <algorithm>

#include "base/error.h"
#include "models/seq2seq/measure.h"
#include "text/utf8.h"

namespace dlt::models {
namespace {

std::vector<std::int32_t> encoded(const std::string& line, std::int64_t number,
                                  const data::PairVocabulary& vocabulary, std::int64_t longest) {
  const std::size_t wrong = text::utf8_error(line);
  if (wrong < line.size()) {
    fail(Exit::data, "line {}, column {}: byte 0x{:02X} is not UTF-8", number,
         text::place_of(line, wrong).column, static_cast<unsigned char>(line[wrong]));
  }
  auto ids = vocabulary.encode(line, fmt::format("line {}", number));
  require(!vocabulary.has_mark(ids), Exit::data,
          "line {}: it holds a mark of the vocabulary, which stands for the end of a line or for "
          "nothing: leave it out",
          number);
  require(std::ssize(ids) <= longest, Exit::data,
          "line {}: its {} tokens are more than the {} that this model takes (data.longest): break "
          "it up",
          number, ids.size(), longest);
  return ids;
}

}  // namespace

std::vector<Translation> translate_lines(const Seq2SeqNet& net,
                                         const data::PairVocabulary& vocabulary,
                                         std::int64_t longest,
                                         const std::vector<std::string>& lines,
                                         std::int64_t first_line, const SearchOptions& options) {
  std::vector<std::vector<std::int32_t>> sources;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (data::is_blank(lines[i])) continue;
    const std::int64_t number = first_line + static_cast<std::int64_t>(i);
    sources.push_back(encoded(lines[i], number, vocabulary, longest));
    places.push_back(i);
  }
  const auto found = search_all(net, sources, vocabulary.marks, options, [](double) {});
  std::vector<Translation> all(lines.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    all[places[i]] = {vocabulary.decode(found[i].tokens), found[i].score};
  }
  return all;
}

}  // namespace dlt::models
