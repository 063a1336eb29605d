#include "check/ngram_compare.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

#include "ngram/corpus.h"
#include "ngram/unit.h"

namespace dlt::check {
namespace {

using ngram::Level, ngram::Node, ngram::Tables, ngram::WordId, ngram::nowhere;

// The largest error so far, and where it is.
struct Largest {
  double error = 0;
  std::string detail;

  void add(const std::string& name, double got, double expected) {
    const double apart = std::abs(got - expected);
    if (apart <= error) return;
    error = std::isnan(apart) ? HUGE_VAL : apart;
    detail = fmt::format("'{}' has {:.9g}, not {:.9g}", name, got, expected);
  }

  Outcome outcome(std::string name, double tolerance) const {
    const bool passed = error <= tolerance;
    return {std::move(name), passed, error, passed ? "" : detail};
  }
};

// Walks through both trees at once.
class Comparison {
 public:
  Comparison(const Tables& got, const Tables& expected) : got_(got), expected_(expected) {
    if (got.order() != expected.order()) {
      missing_ = fmt::format("the order is {}, not {}", got.order(), expected.order());
      return;
    }
    for (WordId id = 0; id < expected.vocabulary.size(); ++id) {
      const std::string word(expected.vocabulary.word(id));
      visit(1, id, ours(word), word);
    }
    for (int n = 1; n <= got.order(); ++n) {
      const auto found = count(got, n), wanted = count(expected, n);
      if (found == wanted || !missing_.empty()) continue;
      missing_ = fmt::format("there are {} {}-grams, not {}", found, n, wanted);
    }
  }

  std::vector<Outcome> outcomes(const std::string& name, double tolerance) const {
    const bool same = missing_.empty();
    return {{name + ": n-grams", same, same ? 0.0 : 1.0, missing_},
            p_.outcome(name + ": probabilities", tolerance),
            bow_.outcome(name + ": back-off weights", tolerance)};
  }

 private:
  static const Level& level(const Tables& tables, int n) {
    return tables.levels[static_cast<std::size_t>(n - 1)];
  }
  static float bow(const Tables& tables, int n, Node i) {
    return n < tables.order() ? level(tables, n).log10_bow[i] : 0;
  }
  static std::int64_t count(const Tables& tables, int n) {
    std::int64_t found = 0;
    for (Node i = 0; i < level(tables, n).log10_p.size(); ++i) {
      found += ngram::is_filler(bow(tables, n, i)) ? 0 : 1;
    }
    return found;
  }

  Node ours(const std::string& word) const {
    const WordId id = got_.vocabulary.id(word);
    return id == ngram::unknown && word != ngram::unknown_word ? nowhere : id;
  }

  void visit(int n, Node theirs, Node mine, const std::string& name) {
    if (!ngram::is_filler(bow(expected_, n, theirs))) compare(n, theirs, mine, name);
    if (n == expected_.order()) return;
    const Level& above = level(expected_, n);
    const Level& below = level(expected_, n + 1);
    for (Node i = above.first[theirs]; i < above.first[theirs + 1]; ++i) {
      const std::string word(expected_.vocabulary.word(below.word[i]));
      const Node id = ours(word);
      const Node found = mine == nowhere || id == nowhere
                             ? nowhere
                             : child(level(got_, n), level(got_, n + 1), mine, id);
      visit(n + 1, i, found, word + ' ' + name);
    }
  }

  void compare(int n, Node theirs, Node mine, const std::string& name) {
    if (mine == nowhere || ngram::is_filler(bow(got_, n, mine))) {
      if (missing_.empty()) missing_ = fmt::format("'{}' is missing", name);
      return;
    }
    if (name != ngram::begin_word) {
      p_.add(name, level(got_, n).log10_p[mine], level(expected_, n).log10_p[theirs]);
    }
    bow_.add(name, bow(got_, n, mine), bow(expected_, n, theirs));
  }

  const Tables& got_;
  const Tables& expected_;
  std::string missing_;
  Largest p_, bow_;
};

}  // namespace

std::vector<Outcome> compare(const std::string& name, const Tables& got, const Tables& expected,
                             double tolerance) {
  return Comparison(got, expected).outcomes(name, tolerance);
}

Outcome compare(const std::string& name, const std::vector<ScoredWord>& got,
                const std::vector<ScoredWord>& expected, double tolerance) {
  Largest p;
  for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
    const ScoredWord &ours = got[i], &theirs = expected[i];
    if (ours.word != theirs.word || ours.length != theirs.length) {
      return {name, false, 1,
              fmt::format("token {} is '{}' in an n-gram of {}, not '{}' in one of {}", i + 1,
                          ours.word, ours.length, theirs.word, theirs.length)};
    }
    p.add(ours.word, ours.log10_p, theirs.log10_p);
  }
  if (got.size() != expected.size()) {
    return {name, false, 1,
            fmt::format("there are {} tokens, not {}", got.size(), expected.size())};
  }
  return p.outcome(name, tolerance);
}

std::vector<ScoredWord> score_lines(const ngram::Model& model, const std::string& file,
                                    ngram::Totals& totals) {
  const ngram::Scorer scorer(model);
  std::vector<ScoredWord> scored;
  ngram::TextReader reader(file);
  for (ngram::Block block; reader.next(block);) {
    ngram::each_line(block, [&](std::string_view line, std::int64_t) {
      ngram::Scorer::State state = scorer.begin(), next;
      const auto add = [&](std::string_view word, WordId id) {
        const ngram::Scored s = scorer.score(state, id, next);
        totals.add(s);
        scored.push_back({std::string(word), s.length, s.log10_p});
        state = next;
      };
      ngram::Tokens tokens(line, model.about().unit);
      for (std::string_view token; tokens.next(token);) add(token, model.vocabulary().id(token));
      add(ngram::end_word, ngram::sentence_end);
    });
  }
  return scored;
}

}  // namespace dlt::check
