#include "ngram/history.h"

#include <array>
#include <numbers>

#include "base/parallel.h"

namespace dlt::ngram {
namespace {

constexpr double impossible = -1000;

// All n-grams of one length that end in a word, each with its words from the last to the first.
struct Walk {
  const Tables& tables;
  std::size_t length;
  std::array<WordId, max_order> words{};

  template <class F>
  void go(std::size_t depth, Node node, const F& f) {
    if (depth == length) return f(node, std::span(words.data(), length));
    const Level& level = tables.levels[depth - 1];
    for (Node i = level.first[node]; i < level.first[node + 1]; ++i) {
      words[depth] = tables.levels[depth].word[i];
      go(depth + 1, i, f);
    }
  }
};

}  // namespace

HistoryModel::HistoryModel(const Vocabulary& vocabulary, const Model* model) {
  if (model == nullptr) return;
  scorer_.emplace(*model);
  for (WordId w = 0; w < vocabulary.size(); ++w) {
    ids_.push_back(model->vocabulary().id(vocabulary.word(w)));
  }
}

// log10 p of the last word of each n-gram after the others.
std::vector<float> HistoryModel::last_words(const Tables& tables, int n) const {
  const Array<float>& own = tables.levels[static_cast<std::size_t>(n - 1)].log10_p;
  std::vector<float> log10_p(own.data(), own.data() + own.size());
  if (!scorer_) return log10_p;
  parallel_for(std::ssize(ids_), 64, [&](std::int64_t begin, std::int64_t end) {
    for (auto w = static_cast<WordId>(begin); w < static_cast<WordId>(end); ++w) {
      Walk walk{tables, static_cast<std::size_t>(n), {w}};
      walk.go(1, w, [&](Node node, std::span<const WordId> words) {
        std::array<WordId, max_order> history{};
        for (std::size_t i = 1; i < words.size(); ++i)
          history[words.size() - 1 - i] = ids_[words[i]];
        Scorer::State next;
        const auto state = scorer_->after(std::span(history.data(), words.size() - 1));
        log10_p[node] = scorer_->score(state, ids_[words[0]], next).log10_p;
      });
    }
  });
  return log10_p;
}

std::vector<double> HistoryModel::of_words(const Tables& tables) const {
  const auto log10_p = last_words(tables, 1);
  std::vector<double> all(log10_p.size());
  for (std::size_t w = 0; w < all.size(); ++w) {
    const auto counted = w == sentence_begin ? sentence_end : w;
    all[w] = static_cast<double>(log10_p[counted]) * std::numbers::ln10;
  }
  return all;
}

std::vector<double> HistoryModel::longer(const Tables& tables, int n,
                                         std::span<const Node> contexts,
                                         std::span<const double> shorter) const {
  const auto log10_p = last_words(tables, n);
  std::vector<double> all(log10_p.size(), impossible);
  parallel_each(std::ssize(all), 1, [&](std::int64_t i) {
    if (contexts[i] == nowhere) return;
    all[i] = shorter[contexts[i]] + static_cast<double>(log10_p[i]) * std::numbers::ln10;
  });
  return all;
}

}  // namespace dlt::ngram
