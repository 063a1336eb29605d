#include "data/two_columns.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "text/tokenizer.h"

namespace dlt::data {

void read_two_columns(const std::string& path, std::string_view expected, const TakeColumns& take) {
  const std::string file = read_file(path, Exit::data);
  text::check_text(file, path);
  std::int64_t number = 0, found = 0;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    std::string_view line(file.data() + at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == line.npos) continue;
    const std::string place = fmt::format("{}:{}", path, number);
    const std::size_t tab = line.find('\t');
    const bool both = tab != line.npos && line.find_first_not_of(" \t") < tab &&
                      line.find_first_not_of(" \t", tab) != line.npos;
    require(both, Exit::data, "{}: expected {}, got '{}'", place, expected,
            printable(line.substr(0, 40)));
    take(line.substr(0, tab), line.substr(tab + 1), place);
    ++found;
  }
  require(found > 0, Exit::data, "'{}': there are no lines in it", path);
}

std::int32_t id_of(std::string_view word, std::int64_t below) {
  std::int32_t id = 0;
  const char* end = word.data() + word.size();
  const auto [rest, problem] = std::from_chars(word.data(), end, id);
  return problem == std::errc() && rest == end && id >= 0 && id < below ? id : -1;
}

}  // namespace dlt::data
