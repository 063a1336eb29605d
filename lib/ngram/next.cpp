#include "ngram/next.h"

#include <algorithm>

#include "base/parallel.h"
#include "ngram/log10.h"

namespace dlt::ngram {
namespace {

constexpr std::int64_t words_a_chunk = 2048;

struct Candidate {
  float log10_p;
  WordId word;
  bool operator<(const Candidate& other) const {  // less likely
    return log10_p != other.log10_p ? log10_p < other.log10_p : word > other.word;
  }
};

// All words that can be said, from the likeliest on, as far as somebody looks.
class Ranked {
 public:
  explicit Ranked(std::vector<Candidate> words) : words_(std::move(words)), end_(words_.end()) {
    std::make_heap(words_.begin(), words_.end());
  }
  bool next(Candidate& found) {
    if (end_ == words_.begin()) return false;
    std::pop_heap(words_.begin(), end_--);
    found = *end_;
    return true;
  }

 private:
  std::vector<Candidate> words_;
  std::vector<Candidate>::iterator end_;
};

std::vector<Candidate> candidates(std::span<const float> next) {
  std::vector<Candidate> words;
  words.reserve(next.size());
  for (WordId w = sentence_end; w < next.size(); ++w) {
    if (next[w] > log_zero) words.push_back({next[w], w});
  }
  return words;
}

// log10 p of the n-gram `node` whose words but the last are the `length` newest of the history, or
// of a longer one, and what backing off to it costs: added up as Scorer does.
float longest_from(const Model& model, Node node, int length, const Scorer::State& state) {
  for (; length < state.length; ++length) {
    const Node longer =
        model.child(length + 1, node, state.words[static_cast<std::size_t>(length)]);
    if (longer == nowhere) break;
    node = longer;
  }
  float log10_p = model.log10_p(length + 1, node);
  for (; length < state.length; ++length) {
    log10_p += state.log10_bow[static_cast<std::size_t>(length)];
  }
  return log10_p;
}

}  // namespace

// The tree is read from the last word on: every word walks along the history as far as it can.
std::vector<float> next_words(const Model& model, const Scorer::State& state) {
  std::vector<float> all(model.vocabulary().size());
  parallel_for(std::ssize(all), words_a_chunk, [&](std::int64_t begin, std::int64_t end) {
    for (auto w = static_cast<WordId>(begin); w < static_cast<WordId>(end); ++w) {
      all[w] = longest_from(model, w, 0, state);
    }
  });
  all[sentence_begin] = log_zero;
  return all;
}

NextWords::NextWords(const Model& model) : model_(model) {
  const WordId count = model.vocabulary().size();
  for (WordId w = 0; w < count; ++w) words_.push_back(model.log10_p(1, w));
  first_.resize(count + std::size_t{2});  // one place on, until all are filled in
  if (model.order() == 1) return;
  const auto bigrams = static_cast<Node>(model.count(2));
  for (Node i = 0; i < bigrams; ++i) ++first_[model.word(2, i) + std::size_t{2}];
  for (std::size_t h = 2; h < first_.size(); ++h) first_[h] += first_[h - 1];
  followers_.resize(bigrams);
  for (WordId w = 0; w < count; ++w) {
    const auto [begin, end] = model.children(1, w);
    for (Node i = begin; i < end; ++i) {
      followers_[first_[model.word(2, i) + std::size_t{1}]++] = {w, i};
    }
  }
}

std::vector<float> NextWords::operator()(const Scorer::State& state) const {
  std::vector<float> all = words_;
  for (int n = 0; n < state.length; ++n) {
    const float log10_bow = state.log10_bow[static_cast<std::size_t>(n)];
    for (float& log10_p : all) log10_p += log10_bow;
  }
  if (state.length > 0) {
    const std::size_t newest = state.words[0];
    for (Node f = first_[newest]; f < first_[newest + 1]; ++f) {
      all[followers_[f].word] = longest_from(model_, followers_[f].node, 1, state);
    }
  }
  all[sentence_begin] = log_zero;
  return all;
}

std::vector<Suggestion> suggest(const Vocabulary& vocabulary, std::span<const float> next,
                                std::string_view prefix, std::size_t count) {
  auto words = candidates(next);
  if (!prefix.empty()) {
    std::erase_if(words, [&](const Candidate& c) {
      return c.word == sentence_end || !vocabulary.word(c.word).starts_with(prefix);
    });
  }
  Ranked ranked(std::move(words));
  std::vector<Suggestion> likeliest;
  for (Candidate c{}; likeliest.size() < count && ranked.next(c);) {
    likeliest.push_back({c.word, from_log10(c.log10_p)});
  }
  return likeliest;
}

namespace {

// The likeliest words whose weights reach a part of all weights, one at least.
template <class Weight>
std::vector<Candidate> likeliest_part(std::vector<Candidate> words, double part,
                                      const Weight& weight) {
  double total = 0, reached = 0;
  for (const Candidate& c : words) total += weight(c);
  Ranked ranked(std::move(words));
  std::vector<Candidate> kept;
  for (Candidate c{}; (kept.empty() || reached < part * total) && ranked.next(c);) {
    kept.push_back(c);
    reached += weight(c);
  }
  return kept;
}

}  // namespace

WordId draw(std::span<const float> next, const DrawOptions& options, Rng& rng) {
  auto words = candidates(next);
  if (words.empty()) return sentence_end;
  const Candidate best = *std::max_element(words.begin(), words.end());
  if (options.temperature == 0) return best.word;
  const auto weight = [&](const Candidate& c) {
    return from_log10(static_cast<double>(c.log10_p - best.log10_p) / options.temperature);
  };
  const auto top_k = static_cast<std::size_t>(options.top_k);
  if (top_k > 0 && top_k < words.size()) {
    std::nth_element(words.begin(), words.begin() + options.top_k - 1, words.end(),
                     [](const auto& a, const auto& b) { return b < a; });
    words.resize(top_k);
    std::ranges::sort(words, {}, &Candidate::word);
  }
  if (options.top_p < 1) words = likeliest_part(std::move(words), options.top_p, weight);
  std::vector<double> up_to(words.size());
  double total = 0;
  for (std::size_t i = 0; i < words.size(); ++i) up_to[i] = total += weight(words[i]);
  const auto at = std::ranges::upper_bound(up_to, rng.uniform() * total) - up_to.begin();
  return words[std::min(static_cast<std::size_t>(at), words.size() - 1)].word;
}

}  // namespace dlt::ngram
