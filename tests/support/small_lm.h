#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "ngram/estimate.h"
#include "support/naive_ngrams.h"

namespace dlt::test {

// A model of a few lines, and its figures as textbooks give them.
class Lm {
 public:
  Lm(const std::vector<std::string>& lines, int order, const ngram::EstimateSettings& settings,
     Marks marks = Marks::yes, const std::vector<std::string>& listed = {})
      : made_(ngram::estimate(to_counts(naive_count(lines, order, marks, listed)), settings, {},
                              [](const std::string&, double) {})) {}

  double p(const std::string& word, const std::string& history = "") const {
    return std::pow(10, naive_score(tables(), ids_of(tables().vocabulary, history),
                                    tables().vocabulary.id(word)));
  }
  double log10_p(const std::string& words) const {
    return value(words, [](const ngram::Level& l, ngram::Node i) { return l.log10_p[i]; });
  }
  double log10_bow(const std::string& words) const {
    return value(words, [](const ngram::Level& l, ngram::Node i) { return l.log10_bow[i]; });
  }
  double sentence(const std::string& words) const {
    return std::pow(10, naive_sentence(tables(), words));
  }
  // 2 ^ the mean of -log2 p(second | first) of pairs of words.
  double perplexity(const std::vector<std::string>& pairs) const {
    double sum = 0;
    for (const std::string& pair : pairs) {
      const std::size_t space = pair.find(' ');
      sum += std::log2(p(pair.substr(space + 1), pair.substr(0, space)));
    }
    return std::exp2(-sum / static_cast<double>(pairs.size()));
  }
  double row(const std::string& history) const {
    double sum = 0;
    for (ngram::WordId w = 0; w < tables().vocabulary.size(); ++w) {
      sum += w == ngram::sentence_begin ? 0 : p(std::string(tables().vocabulary.word(w)), history);
    }
    return sum;
  }
  const ngram::Tables& tables() const { return made_.tables; }
  const ngram::OrderReport& report(int n) const {
    return made_.orders[static_cast<std::size_t>(n - 1)];
  }

 private:
  template <class F>
  double value(const std::string& words, const F& of) const {
    const Gram gram = ids_of(tables().vocabulary, words);
    return double{of(tables().levels[gram.size() - 1], node_of(tables().levels, gram))};
  }
  ngram::Estimated made_;
};

}  // namespace dlt::test
