#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "lexicon/word_list.h"
#include "ngram/score.h"

namespace dlt::lexicon {

// Words and how likely they are: alone, by a list with counts, or after others, by an n-gram model
// of words. Logarithms here are natural ones.
class Lexicon {
 public:
  explicit Lexicon(const WordList& list);
  explicit Lexicon(const ngram::Model& model);  // Exit::usage if it is not one of words

  using WordId = ngram::WordId;
  using State = ngram::Scorer::State;

  WordId size() const { return vocabulary_.size(); }
  WordId id(std::string_view word) const { return vocabulary_.id(word); }
  std::string_view word(WordId id) const { return vocabulary_.word(id); }

  double log_p(WordId word) const { return log_p_[word]; }  // alone
  State begin() const { return scorer_ ? scorer_->begin() : State{}; }
  double log_p(const State& state, WordId word, State& next) const;
  // What all words that are not here may have together: 1 %.
  static double log_p_of_new() { return -4.605170185988091; }
  int order() const { return order_; }

 private:
  ngram::Vocabulary vocabulary_;
  std::vector<double> log_p_;
  std::optional<ngram::Scorer> scorer_;
  int order_ = 1;
};

// Whether what comes next depends on them alike.
bool same_history(const Lexicon::State& a, const Lexicon::State& b);

// For searches: of paths (with `state` and `score`) that have one history only the best goes on,
// and of all at most `count`, best first.
template <class Path>
void keep_best(std::vector<Path>& paths, std::size_t count) {
  std::ranges::stable_sort(paths, std::greater<>(), &Path::score);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < paths.size() && kept < count; ++i) {
    const auto same = [&](const Path& k) { return same_history(k.state, paths[i].state); };
    if (std::any_of(paths.begin(), paths.begin() + kept, same)) continue;
    if (kept != i) paths[kept] = paths[i];
    ++kept;
  }
  paths.resize(kept);
}

}  // namespace dlt::lexicon
