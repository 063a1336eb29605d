#include "embed/fold.h"

#include <algorithm>
#include <numeric>
#include <utf8proc.h>

#include "base/utf8.h"
#include "text/utf8.h"

namespace dlt::embed {

std::string lower_case(std::string_view word) {
  std::string lower;
  for (std::size_t at = 0; at < word.size();) {
    const text::CodePoint c = text::code_point_at(word, at);
    if (c.state == text::Utf8::whole) {
      const auto folded = ::utf8proc_tolower(static_cast<utf8proc_int32_t>(c.value));
      append_utf8(lower, static_cast<std::uint32_t>(folded));
    } else {
      lower.append(word.substr(at, static_cast<std::size_t>(c.bytes)));
    }
    at += static_cast<std::size_t>(c.bytes);
  }
  return lower;
}

TestWords::TestWords(const Vectors& vectors, std::int64_t limit, Match match)
    : match_(match), rows_(vectors.words.size()) {
  std::iota(rows_.begin(), rows_.end(), std::int64_t{0});
  if (!vectors.counts.empty()) {
    std::ranges::stable_sort(rows_, [&](std::int64_t a, std::int64_t b) {
      return vectors.counts[static_cast<std::size_t>(a)] >
             vectors.counts[static_cast<std::size_t>(b)];
    });
  }
  if (limit > 0 && limit < std::ssize(rows_)) rows_.resize(static_cast<std::size_t>(limit));
  for (std::int64_t row : rows_) {
    const auto place = std::ssize(same_);
    const auto [at, added] =
        places_.emplace(spelled(vectors.words[static_cast<std::size_t>(row)]), place);
    same_.push_back(at->second);
  }
}

std::string TestWords::spelled(std::string_view word) const {
  return match_ == Match::exact ? std::string(word) : lower_case(word);
}

std::int64_t TestWords::find(std::string_view word) const {
  const auto at = places_.find(spelled(word));
  return at == places_.end() ? -1 : at->second;
}

}  // namespace dlt::embed
