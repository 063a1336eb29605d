#include "data/encode_pairs.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/error.h"
#include "text/utf8.h"

namespace dlt::data {
namespace {

// The id that `word` alone is, or -1.
std::int32_t id_of(const text::Tokenizer& tokenizer, const std::string& word) {
  try {
    const auto ids = tokenizer.encode(word);
    return ids.size() == 1 ? ids.front() : -1;
  } catch (const Error&) {  // it has not even its characters
    return -1;
  }
}

Marks marks_of(const text::Tokenizer& tokenizer) {
  const auto after = static_cast<std::int32_t>(tokenizer.size());
  const Marks marks{id_of(tokenizer, "<pad>"), id_of(tokenizer, "</s>")};
  return marks.pad >= 0 && marks.end >= 0 ? marks : Marks{after, after + 1};
}

enum Reason : std::size_t { blank, too_long, marked, reasons };

struct Excluded {
  std::int64_t count = 0, first = 0;  // its line
};

std::vector<std::string> sentences(const std::array<Excluded, reasons>& all, const TextPairs& texts,
                                   std::int64_t longest) {
  const std::array<std::string, reasons> why = {
      "an empty side", fmt::format("a side of more than {} tokens (data.longest)", longest),
      "a side that holds the marks of the vocabulary"};
  std::vector<std::string> said;
  for (std::size_t r = 0; r < reasons; ++r) {
    if (all[r].count == 0) continue;
    said.push_back(fmt::format("left out {} of {} pairs with {}, the first at {}:{}", all[r].count,
                               texts.size(), why[r], texts.source_file, all[r].first));
  }
  return said;
}

}  // namespace

PairVocabulary::PairVocabulary(std::unique_ptr<text::Tokenizer> t, std::optional<Marks> m)
    : tokenizer(std::move(t)),
      marks(m ? *m : marks_of(*tokenizer)),
      size(std::max<std::int64_t>(tokenizer->size(), std::max(marks.pad, marks.end) + 1)) {}

std::vector<std::int32_t> PairVocabulary::encode(const std::string& line,
                                                 const std::string& place) const {
  try {
    return tokenizer->encode(line);
  } catch (const Error& e) {
    std::string_view why = e.what();
    constexpr std::string_view first_line = "line 1, ";
    if (why.starts_with(first_line)) {
      why.remove_prefix(first_line.size());
      fail(e.exit(), "{}, {}", place, why);
    }
    fail(e.exit(), "{}: {}", place, why);
  }
}

std::string PairVocabulary::decode(const std::vector<std::int32_t>& ids) const {
  std::vector<std::int32_t> known = ids;
  std::erase_if(known, [this](std::int32_t id) { return id >= tokenizer->size(); });
  text::Utf8Stream stream;
  std::string line = stream.push(tokenizer->decode(known));
  line += stream.finish();
  for (char& c : line) c = c == '\n' || c == '\r' ? ' ' : c;
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

bool PairVocabulary::has_mark(const std::vector<std::int32_t>& ids) const {
  return std::ranges::any_of(
      ids, [this](std::int32_t id) { return id == marks.pad || id == marks.end; });
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n\f\v") == line.npos; }

EncodedPairs encode_pairs(const TextPairs& texts, const PairVocabulary& vocabulary,
                          std::int64_t longest, const std::function<void(double)>& stage) {
  EncodedPairs all;
  std::array<Excluded, reasons> excluded;
  for (std::size_t i = 0; i < texts.source.size(); ++i) {
    if (i % 1024 == 0) stage(static_cast<double>(i) / static_cast<double>(texts.size()));
    const auto encoded = [&](const std::string& text, const std::string& file) {
      return is_blank(text) ? std::vector<std::int32_t>()
                            : vocabulary.encode(text, fmt::format("{}:{}", file, texts.lines[i]));
    };
    Pair pair{encoded(texts.source[i], texts.source_file),
              encoded(texts.target[i], texts.target_file)};
    const bool unusable = pair.source.empty() || pair.target.empty();
    const bool with_mark = vocabulary.has_mark(pair.source) || vocabulary.has_mark(pair.target);
    if (unusable || with_mark || pair.length() > longest + 1) {
      Excluded& e = excluded[unusable ? blank : with_mark ? marked : too_long];
      if (e.count++ == 0) e.first = texts.lines[i];
      continue;
    }
    all.pairs.push_back(std::move(pair));
    all.places.push_back(i);
  }
  all.left_out = sentences(excluded, texts, longest);
  require(!all.pairs.empty() || texts.source.empty(), Exit::data,
          "'{}': not one pair can be used: {}", texts.source_file, fmt::join(all.left_out, "; "));
  return all;
}

}  // namespace dlt::data
