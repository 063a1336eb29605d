#pragma once

#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "ngram/arpa.h"
#include "support/folder.h"
#include "support/paths.h"

// What the tests of ARPA files share.
namespace dlt::test {

inline const std::string arpa_folder = in_source("tests/golden/ngram-arpa/");

// Three 1-grams beside <unk>, two 2-grams, one 3-gram: lines 1 to 21.
inline const std::string small_arpa =
    "\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n"
    "\\1-grams:\n-2\t<unk>\n-99\t<s>\t-0.5\n-1\t</s>\n-0.75\ta\t-0.25\n-0.5\tb\t-0.125\n\n"
    "\\2-grams:\n-0.5\t<s> a\t-0.0625\n-0.25\ta b\n-0.375\tb </s>\n\n"
    "\\3-grams:\n-0.125\t<s> a b\n\n\\end\\\n";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

// The n-grams that a tree holds, fillers left out, with their log10 p and back-off weight.
using Grams = std::map<std::string, std::pair<float, float>>;
inline Grams grams_of(const ngram::Tables& tables) {
  Grams grams;
  std::vector<std::string> shorter;
  for (int n = 1; n <= tables.order(); ++n) {
    const auto& level = tables.levels[static_cast<std::size_t>(n - 1)];
    std::vector<std::string> names(level.log10_p.size());
    for (ngram::Node i = 0; n == 1 && i < names.size(); ++i) names[i] = tables.vocabulary.word(i);
    for (ngram::Node up = 0; n > 1 && up < shorter.size(); ++up) {
      const auto& first = tables.levels[static_cast<std::size_t>(n - 2)].first;
      for (ngram::Node i = first[up]; i < first[up + 1]; ++i) {
        names[i] = std::string(tables.vocabulary.word(level.word[i])) + ' ' + shorter[up];
      }
    }
    for (ngram::Node i = 0; i < names.size(); ++i) {
      const float bow = n < tables.order() ? level.log10_bow[i] : 0;
      if (!ngram::is_filler(bow)) grams[names[i]] = {level.log10_p[i], bow};
    }
    shorter = std::move(names);
  }
  return grams;
}

inline ngram::Tables arpa_of(const std::string& text,
                             std::vector<std::string>* warnings = nullptr) {
  const Folder folder;
  std::ofstream(folder / "x.arpa") << text;
  return ngram::read_arpa(folder / "x.arpa", warnings);
}

}  // namespace dlt::test
