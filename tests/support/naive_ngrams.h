#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ngram/estimate.h"
#include "ngram/levels.h"

// N-gram counts and models as the formulas say them, with maps: slow, and the oracle of ngram/.
namespace dlt::test {

using Gram = std::vector<ngram::WordId>;  // in reading order

enum class Marks : bool { no, yes };  // whether <s> and </s> stand around each sentence

struct NaiveCounts {
  std::vector<std::string> names;                            // of all words, by id
  std::vector<std::map<Gram, std::uint32_t>> raw, adjusted;  // [length - 1]
  int order() const { return static_cast<int>(raw.size()); }
};

// Lines of words between blanks; ids by falling count, then by bytes. `listed`: words that are in
// the vocabulary even if they are not in the text. The words <unk>, <s> and </s> in a line are
// those of the model.
NaiveCounts naive_count(const std::vector<std::string>& lines, int order, Marks marks = Marks::yes,
                        const std::vector<std::string>& listed = {});
ngram::Counts to_counts(const NaiveCounts& counts);

// Seeded lines of up to `longest` of `words` words, rare and frequent ones.
std::vector<std::string> random_lines(std::uint64_t seed, int lines, int words, int longest);

// Probabilities straight from the table of formulas in ngram/estimate.h.
class NaiveModel {
 public:
  NaiveModel(NaiveCounts counts, const ngram::EstimateSettings& settings);

  double p(const Gram& history, ngram::WordId word) const;
  double bow(const Gram& history) const;  // of a context; 1 for others
  bool kept(const Gram& gram) const;
  double discount(std::size_t length, std::uint32_t count) const;
  const NaiveCounts& counts() const { return counts_; }

 private:
  std::uint32_t count(const Gram& gram) const;
  double worth(std::size_t length, std::uint32_t count) const;
  struct Sums {
    double z = 0, g = 1, shorter = 0, spent = 0;
    bool context = false;
  };
  const Sums& sums(const Gram& history) const;
  Sums added(const Gram& history) const;
  double vocabulary() const;
  double unigram(ngram::WordId word) const;
  bool interpolates() const;
  void find_discounts(std::size_t length);

  NaiveCounts counts_;
  ngram::EstimateSettings settings_;
  mutable std::map<Gram, Sums> sums_;
  std::vector<std::map<std::uint32_t, double>> discounts_;  // what a count loses; the last: larger
};

// The node of an n-gram in a tree, or nowhere.
template <class L>
ngram::Node node_of(const std::vector<L>& levels, const Gram& gram) {
  ngram::Node at = gram.back();
  for (std::size_t i = 1; i < gram.size() && at != ngram::nowhere; ++i) {
    at = ngram::child(levels[i - 1], levels[i], at, gram[gram.size() - 1 - i]);
  }
  return at;
}

// log10 of p(word | history) by the definition of back-off.
double naive_score(const ngram::Tables& tables, Gram history, ngram::WordId word);
// The log10 of a sentence between <s> and </s>.
double naive_sentence(const ngram::Tables& tables, const std::string& line);

Gram ids_of(const ngram::Vocabulary& vocabulary, const std::string& words);

}  // namespace dlt::test
