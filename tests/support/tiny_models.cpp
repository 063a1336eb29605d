#include "support/tiny_models.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/rng.h"
#include "ngram/log10.h"
#include "ngram/reshape.h"

namespace dlt::test {
namespace {

using namespace ngram;
using Path = std::vector<WordId>;  // from the last word to the first

std::vector<std::string> split(const std::string& words) {
  std::istringstream in(words);
  return {std::istream_iterator<std::string>(in), {}};
}

Vocabulary vocabulary_of(const std::vector<Gram>& grams) {
  std::vector<std::string> words = {"<unk>", "<s>", "</s>"};
  for (const Gram& gram : grams) {
    const auto parts = split(gram.words);
    if (parts.size() == 1 && std::ranges::find(words, parts[0]) == words.end()) {
      words.push_back(parts[0]);
    }
  }
  return Vocabulary(words);
}

}  // namespace

Tables tiny_tables(const std::vector<Gram>& grams, Unit unit) {
  Tables tables;
  tables.vocabulary = vocabulary_of(grams);
  tables.about.unit = unit;
  std::vector<std::map<Path, const Gram*>> sorted(1);
  for (WordId w = 0; w < tables.vocabulary.size(); ++w) sorted[0][{w}] = nullptr;
  for (const Gram& gram : grams) {
    Path path;
    for (const auto& word : split(gram.words)) {
      path.insert(path.begin(), tables.vocabulary.id(word));
    }
    sorted.resize(std::max(sorted.size(), path.size()));
    sorted[path.size() - 1][path] = &gram;
  }
  for (std::size_t n = 0; n < sorted.size(); ++n) {
    Level& level = tables.levels.emplace_back();
    const bool inner = n + 1 < sorted.size();
    level.log10_p = Array<float>(sorted[n].size(), {});
    if (n > 0) level.word = Array<WordId>(sorted[n].size(), {});
    if (inner) {
      level.log10_bow = Array<float>(sorted[n].size(), {});
      level.first = Array<Node>(sorted[n].size() + 1, {});
    }
    Node i = 0;
    Path previous;
    for (const auto& [path, gram] : sorted[n]) {
      level.log10_p[i] = gram == nullptr ? log_zero : to_log10(gram->p);
      if (inner && gram != nullptr) level.log10_bow[i] = to_log10(gram->bow);
      if (n > 0) {
        level.word[i] = path.back();
        const Path parent(path.begin(), path.end() - 1);
        const auto found = sorted[n - 1].find(parent);
        require(found != sorted[n - 1].end(), "'{}' is there without its suffix", gram->words);
        const auto at = std::distance(sorted[n - 1].begin(), found);
        ++tables.levels[n - 1].first[static_cast<std::size_t>(at) + 1];
      }
      ++i;
    }
    if (n == 0) continue;
    auto& first = tables.levels[n - 1].first;
    for (std::size_t k = 1; k < first.size(); ++k) first[k] += first[k - 1];
  }
  return tables;
}

std::vector<Gram> grams_of(const Tables& tables) {
  std::vector<Gram> grams;
  std::vector<std::string> shorter;
  for (std::size_t n = 0; n < tables.levels.size(); ++n) {
    const Level& level = tables.levels[n];
    std::vector<std::string> words(level.log10_p.size());
    for (Node p = 0; p < shorter.size(); ++p) {
      const auto& first = tables.levels[n - 1].first;
      for (Node i = first[p]; i < first[p + 1]; ++i) {
        words[i] = std::string(tables.vocabulary.word(level.word[i])) + " " + shorter[p];
      }
    }
    for (Node i = 0; i < words.size(); ++i) {
      if (n == 0) words[i] = tables.vocabulary.word(i);
      const float bow = level.log10_bow.empty() ? 0 : level.log10_bow[i];
      grams.push_back({words[i], from_log10(level.log10_p[i]), from_log10(bow)});
    }
    shorter = std::move(words);
  }
  return grams;
}

std::string random_sentence(int words, std::uint64_t seed, char name) {
  Rng rng(seed);
  std::string sentence;
  for (std::uint64_t length = 1 + rng.below(8), i = 0; i < length; ++i) {
    const auto most =
        1 + rng.below(static_cast<std::uint64_t>(words));  // small numbers are likelier
    sentence += (i > 0 ? " " : "") + std::string(1, name) + std::to_string(rng.below(most));
  }
  return sentence;
}

Tables random_tables(int order, int words, int sentences, std::uint64_t seed, char name) {
  std::map<std::vector<std::string>, double> counts;
  for (int i = 0; i < words; ++i) counts[{std::string(1, name) + std::to_string(i)}] = 1;
  counts[{"<unk>"}] = counts[{"</s>"}] = 1;
  for (int s = 0; s < sentences; ++s) {
    const auto text = random_sentence(words, derive(seed, static_cast<std::uint64_t>(s)), name);
    const auto line = split("<s> " + text + " </s>");
    for (std::size_t end = 1; end < line.size(); ++end) {
      for (std::size_t n = 1; n <= std::min(end + 1, static_cast<std::size_t>(order)); ++n) {
        ++counts[{line.begin() + static_cast<std::ptrdiff_t>(end + 1 - n),
                  line.begin() + static_cast<std::ptrdiff_t>(end + 1)}];
      }
    }
  }
  std::map<std::vector<std::string>, double> totals;
  for (const auto& [gram, count] : counts) totals[{gram.begin(), gram.end() - 1}] += count + 0.5;
  std::vector<Gram> grams = {{"<s>", 0}};
  for (const auto& [gram, count] : counts) {
    std::string text;
    for (const auto& word : gram) text += (text.empty() ? "" : " ") + word;
    const double discount = gram.size() == 1 ? -0.5 : 0;
    grams.push_back({text, (count - discount) / totals[{gram.begin(), gram.end() - 1}]});
  }
  Tables tables = tiny_tables(grams);
  normalize(tables);
  return tables;
}

}  // namespace dlt::test
