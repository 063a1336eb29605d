#pragma once

#include <fmt/core.h>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "ngram/counts.h"
#include "support/folder.h"

// What tests of counting need.
namespace dlt::test {

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

inline ngram::Counts count_text(const std::string& text, const ngram::CountSettings& settings) {
  const Folder folder;
  write_file(folder / "text", text);
  return ngram::count({folder / "text"}, settings, nullptr);
}

inline ngram::CountSettings of_order(int order) {
  ngram::CountSettings settings;
  settings.order = order;
  return settings;
}

// Words of a falling frequency, w0, w1, ..., in lines of up to `longest` words.
inline std::vector<std::string> zipf_lines(Rng& rng, int lines, std::uint64_t types, int longest) {
  std::vector<std::string> text;
  for (int l = 0; l < lines; ++l) {
    std::string line;
    for (auto words = rng.below(static_cast<std::uint64_t>(longest) + 1); words > 0; --words) {
      line += fmt::format("w{} ", rng.below(1 + rng.below(1 + rng.below(types))));
    }
    text.push_back(line);
  }
  return text;
}

struct ThreadCount {  // for a scope
  explicit ThreadCount(int n) { set_threads(n); }
  ~ThreadCount() { set_threads(1); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;
};

}  // namespace dlt::test
