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

std::vector<Candidate> candidates(const Model& model, const Scorer::State& state) {
  const std::vector<float> log10_p = next_words(model, state);
  std::vector<Candidate> words;
  words.reserve(log10_p.size());
  for (WordId w = sentence_end; w < log10_p.size(); ++w) {
    if (log10_p[w] > log_zero) words.push_back({log10_p[w], w});
  }
  return words;
}

}  // namespace

// The tree is read from the last word on: every word walks along the history as far as it can.
std::vector<float> next_words(const Model& model, const Scorer::State& state) {
  std::vector<float> all(model.vocabulary().size());
  parallel_for(std::ssize(all), words_a_chunk, [&](std::int64_t begin, std::int64_t end) {
    for (auto w = static_cast<WordId>(begin); w < static_cast<WordId>(end); ++w) {
      Node node = w;
      float log10_p = model.log10_p(1, w);
      int length = 0;  // of the history that was found
      for (; length < state.length && length + 1 < model.order(); ++length) {
        const Node longer =
            model.child(length + 1, node, state.words[static_cast<std::size_t>(length)]);
        if (longer == nowhere) break;
        node = longer;
      }
      if (length > 0) log10_p = model.log10_p(length + 1, node);
      for (; length < state.length; ++length) {
        log10_p += state.log10_bow[static_cast<std::size_t>(length)];
      }
      all[w] = log10_p;
    }
  });
  all[sentence_begin] = log_zero;
  return all;
}

std::vector<Suggestion> suggest(const Model& model, const Scorer::State& state,
                                std::string_view prefix, std::size_t count) {
  auto words = candidates(model, state);
  if (!prefix.empty()) {
    std::erase_if(words, [&](const Candidate& c) {
      return c.word == sentence_end || !model.vocabulary().word(c.word).starts_with(prefix);
    });
  }
  Ranked ranked(std::move(words));
  std::vector<Suggestion> likeliest;
  for (Candidate c{}; likeliest.size() < count && ranked.next(c);) {
    likeliest.push_back({c.word, from_log10(c.log10_p)});
  }
  return likeliest;
}

WordId draw(const Model& model, const Scorer::State& state, const DrawOptions& options, Rng& rng) {
  auto words = candidates(model, state);
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
  double total = 0;
  for (const Candidate& c : words) total += weight(c);
  if (options.top_p < 1) {
    Ranked ranked(std::move(words));
    words.clear();
    double reached = 0;
    for (Candidate c{}; reached < options.top_p * total && ranked.next(c);) {
      words.push_back(c);
      reached += weight(c);
    }
    if (words.empty()) return best.word;
    total = reached;
  }
  double left = rng.uniform() * total;
  for (const Candidate& c : words) {
    left -= weight(c);
    if (left < 0) return c.word;
  }
  return words.back().word;
}

}  // namespace dlt::ngram
