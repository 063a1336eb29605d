#include "support/naive_ngrams.h"

#include <algorithm>
#include <sstream>

#include "base/rng.h"

namespace dlt::test {

using namespace ngram;

namespace {

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> ranked(const std::vector<std::string>& lines,
                                const std::vector<std::string>& listed) {
  std::map<std::string, int> counts;
  for (const std::string& word : listed) counts[word];
  for (const std::string& line : lines) {
    for (const std::string& word : split(line)) ++counts[word];
  }
  const std::vector<std::string> special = {"<unk>", "<s>", "</s>"};
  for (const std::string& word : special) counts.erase(word);
  std::vector<std::pair<std::string, int>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, [](auto& a, auto& b) { return a.second > b.second; });
  std::vector<std::string> names = special;
  for (const auto& [word, count] : order) names.push_back(word);
  return names;
}

Gram without_first(const Gram& gram) { return {gram.begin() + 1, gram.end()}; }
Gram joined(Gram gram, WordId word) {
  gram.push_back(word);
  return gram;
}

}  // namespace

NaiveCounts naive_count(const std::vector<std::string>& lines, int order, Marks marks,
                        const std::vector<std::string>& listed) {
  NaiveCounts counts;
  counts.names = ranked(lines, listed);
  counts.raw.resize(static_cast<std::size_t>(order));
  counts.adjusted.resize(counts.raw.size());
  const Vocabulary vocabulary(counts.names);
  const std::size_t first = marks == Marks::yes ? 1 : 0;
  for (const std::string& line : lines) {
    const Gram words = ids_of(vocabulary, first == 1 ? "<s> " + line + " </s>" : line);
    for (std::size_t end = first + 1; end <= words.size(); ++end) {
      for (std::size_t n = 1; n <= counts.raw.size() && n <= end; ++n) {
        ++counts.raw[n - 1][Gram(words.begin() + end - n, words.begin() + end)];
      }
    }
  }
  for (std::size_t n = 1; n <= counts.raw.size(); ++n) {
    auto& adjusted = counts.adjusted[n - 1];
    for (const auto& [gram, count] : counts.raw[n - 1]) {
      const bool whole = n == counts.raw.size() || gram[0] == sentence_begin;
      adjusted[gram] = whole ? count : 0;
    }
    if (n == counts.raw.size()) continue;
    for (const auto& [gram, count] : counts.raw[n]) {
      if (gram[1] != sentence_begin) ++adjusted[without_first(gram)];
    }
  }
  return counts;
}

Counts to_counts(const NaiveCounts& naive) {
  Counts counts;
  counts.vocabulary = Vocabulary(naive.names);
  std::map<Gram, Node> parents;
  std::vector<Gram> grams;
  for (WordId w = 0; w < naive.names.size(); ++w) grams.push_back({w});
  for (std::size_t n = 1; n <= naive.raw.size(); ++n) {
    if (n > 1) {
      grams.clear();
      for (const auto& [gram, count] : naive.raw[n - 1]) grams.push_back(gram);
      std::ranges::sort(grams, [](const Gram& a, const Gram& b) {
        return std::ranges::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
      });
    }
    CountLevel level;
    level.raw = Array<std::uint32_t>(grams.size(), {});
    level.adjusted = Array<std::uint32_t>(grams.size(), {});
    level.word = Array<WordId>(n > 1 ? grams.size() : 0, {});
    std::vector<Node> children(parents.size() + 1);
    std::map<Gram, Node> here;
    for (Node i = 0; i < grams.size(); ++i) {
      const Gram& gram = grams[i];
      const auto& raw = naive.raw[n - 1];
      level.raw[i] = raw.contains(gram) ? raw.at(gram) : 0;
      level.adjusted[i] = raw.contains(gram) ? naive.adjusted[n - 1].at(gram) : 0;
      here[gram] = i;
      if (n == 1) continue;
      level.word[i] = gram[0];
      ++children[parents.at(without_first(gram)) + 1];
    }
    if (n > 1) {
      auto& first = counts.levels.back().first;
      first = Array<Node>(children.size(), {});
      for (std::size_t i = 1; i < children.size(); ++i) first[i] = first[i - 1] + children[i];
    }
    parents = std::move(here);
    counts.levels.push_back(std::move(level));
  }
  return counts;
}

std::vector<std::string> random_lines(std::uint64_t seed, int lines, int words, int longest) {
  Rng rng(seed);
  std::vector<std::string> made;
  for (int i = 0; i < lines; ++i) {
    std::string line;
    for (std::uint64_t left = rng.below(static_cast<std::uint64_t>(longest) + 1); left > 0;
         --left) {
      const double u = rng.uniform();
      line += (line.empty() ? "w" : " w") + std::to_string(static_cast<int>(u * u * words));
    }
    made.push_back(line);
  }
  return made;
}

double naive_score(const Tables& tables, Gram history, WordId word) {
  const auto longest = static_cast<std::size_t>(tables.order() - 1);
  if (history.size() > longest) history.erase(history.begin(), history.end() - longest);
  double bows = 0;
  for (;; history = without_first(history)) {
    const Gram gram = joined(history, word);
    const Node node = node_of(tables.levels, gram);
    if (node != nowhere) return bows + tables.levels[gram.size() - 1].log10_p[node];
    const Node context = node_of(tables.levels, history);
    bows += context == nowhere ? tables.about.absent_bow
                               : tables.levels[history.size() - 1].log10_bow[context];
  }
}

Gram ids_of(const Vocabulary& vocabulary, const std::string& words) {
  Gram gram;
  for (const std::string& word : split(words)) gram.push_back(vocabulary.id(word));
  return gram;
}

double naive_sentence(const Tables& tables, const std::string& line) {
  const Gram words = ids_of(tables.vocabulary, "<s> " + line + " </s>");
  double sum = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    sum += naive_score(tables, Gram(words.begin(), words.begin() + i), words[i]);
  }
  return sum;
}

}  // namespace dlt::test
