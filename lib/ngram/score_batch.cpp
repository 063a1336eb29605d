#include <algorithm>
#include <bit>

#include "ngram/score.h"

// Many tokens at once. Where a token's history leads in the tree depends on word ids alone, so the
// paths of all tokens of a tile are walked together, level by level, each fetch from memory begun
// long before it is needed; then each token adds to the probability of its own deepest node the
// back-off weights along the path of the token before it, which are those of its contexts.
namespace dlt::ngram {
namespace {

constexpr int tile = 256;  // tokens
constexpr int lanes = 8;   // searches that go on at once

}  // namespace

struct Scorer::Tile {
  // Place `max_order + i` is token i; what lies before is the history.
  std::array<WordId, max_order + tile> words;
  std::array<std::uint8_t, tile> history;  // words before it that count
  std::array<std::uint8_t, tile> length;   // of the n-gram found
  std::array<float, tile> log10_p;
  std::array<Node, tile> node;
  // bow[n - 1][1 + i]: of the last n words up to token i.
  std::array<std::array<float, 1 + tile>, max_order> bow;
  // Tokens whose path may go on, and where.
  std::array<std::uint16_t, tile + lanes> active;
  std::array<Model::Range, tile + lanes> range;
  int active_count;

  void begin(std::span<const WordId> ids, const State& state, const Model& model);
  void first(int count, const Model::Part& part, bool inner);
  void expand(const Model::Part& part, const Packed& next_words);
  void search(int n, const Packed& next_words);
  void descend(int n, const Model::Part& part, bool inner);
};

void Scorer::Tile::begin(std::span<const WordId> ids, const State& state, const Model& model) {
  const int most = model.order() - 1;
  const WordId size = model.vocabulary().size();
  const Model::Part& part = model.part(1);
  for (int n = 1; n <= state.length; ++n) {
    words[static_cast<std::size_t>(max_order - n)] = state.words[static_cast<std::size_t>(n - 1)];
  }
  int known = state.length;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const WordId word = ids[i] < size ? ids[i] : unknown;
    words[max_order + i] = word;
    const bool starts = word == sentence_begin;
    history[i] = static_cast<std::uint8_t>(starts ? 0 : known);
    known = std::min(starts ? 1 : known + 1, most);
    __builtin_prefetch(part.log10_p + word);
    if (most == 0) continue;
    __builtin_prefetch(part.log10_bow + word);
    __builtin_prefetch(part.first.at(word));
  }
  for (int n = 1; n <= most; ++n) {
    auto& weights = bow[static_cast<std::size_t>(n - 1)];
    std::fill_n(weights.begin() + 1, ids.size(), model.about().absent_bow);
    weights[0] = state.log10_bow[static_cast<std::size_t>(n - 1)];
  }
}

void Scorer::Tile::first(int count, const Model::Part& part, bool inner) {
  active_count = 0;
  for (int i = 0; i < count; ++i) {
    const WordId word = words[static_cast<std::size_t>(max_order + i)];
    node[i] = word;
    length[i] = 1;
    log10_p[i] = part.log10_p[word];
    if (inner) bow[0][1 + i] = part.log10_bow[word];
    active[active_count] = static_cast<std::uint16_t>(i);
    active_count += history[i] >= 1;
  }
}

// Finds the children of each active token's node, and puts those of alike numbers together: their
// searches take the same number of steps.
void Scorer::Tile::expand(const Model::Part& part, const Packed& next_words) {
  std::array<Model::Range, tile> found;
  std::array<std::uint8_t, tile> size_class;
  std::array<std::uint16_t, 34> place{};
  const auto from = active;
  for (int k = 0; k < active_count; ++k) {
    const Model::Range r = part.children(node[from[k]]);
    found[k] = r;
    size_class[k] = static_cast<std::uint8_t>(std::bit_width(r.end - r.begin));
    ++place[size_class[k] + 1U];
    __builtin_prefetch(next_words.at(r.begin + (r.end - r.begin) / 2));
  }
  const int childless = place[1];
  place[1] = 0;
  for (std::size_t c = 1; c + 1 < place.size(); ++c) place[c + 1] += place[c];
  for (int k = 0; k < active_count; ++k) {
    if (size_class[k] == 0) continue;
    const std::size_t at = place[size_class[k]]++;
    active[at] = from[k];
    range[at] = found[k];
  }
  active_count -= childless;
  std::fill_n(active.begin() + active_count, lanes, std::uint16_t{0});
  std::fill_n(range.begin() + active_count, lanes, Model::Range{});
}

// For each active token with children [begin, end), the last child whose word is not above the
// one before its path; without branches, `lanes` at a time.
void Scorer::Tile::search(int n, const Packed& next_words) {
  for (int at = 0; at < active_count; at += lanes) {
    Node base[lanes], size[lanes];
    WordId sought[lanes];
    Node most = 0;
    for (int k = 0; k < lanes; ++k) {
      const Model::Range r = range[at + k];
      base[k] = r.begin;
      size[k] = r.end - r.begin;
      sought[k] = words[static_cast<std::size_t>(max_order + active[at + k] - n)];
      most = std::max(most, size[k]);
    }
    for (; most > 1; most -= most / 2) {
      for (int k = 0; k < lanes; ++k) {
        const Node half = size[k] / 2;
        base[k] += next_words[base[k] + half] <= sought[k] ? half : 0;
        size[k] -= half;
      }
    }
    for (int k = 0; k < lanes; ++k) {
      const bool found = size[k] != 0 && next_words[base[k]] == sought[k];
      range[at + k].begin = found ? base[k] : nowhere;
    }
  }
}

void Scorer::Tile::descend(int n, const Model::Part& part, bool inner) {
  int kept = 0;
  for (int k = 0; k < active_count; ++k) {
    const Node found = range[k].begin;
    const std::uint16_t i = active[k];
    active[kept] = i;
    if (found == nowhere) continue;
    node[i] = found;
    length[i] = static_cast<std::uint8_t>(n);
    ++kept;
    if (part.log10_p != nullptr) {
      __builtin_prefetch(part.log10_p + found);
      if (inner) __builtin_prefetch(part.log10_bow + found);
    } else {
      __builtin_prefetch(part.p_codes + found);
      if (inner) __builtin_prefetch(part.bow_codes + found);
    }
    if (inner) __builtin_prefetch(part.first.at(found));
  }
  active_count = kept;
  kept = 0;
  for (int k = 0; k < active_count; ++k) {
    const std::uint16_t i = active[k];
    log10_p[i] = part.p(node[i]);
    if (inner) bow[static_cast<std::size_t>(n - 1)][1 + i] = part.bow(node[i]);
    active[kept] = i;
    kept += history[i] >= n;
  }
  active_count = kept;
}

void Scorer::score_tile(std::span<const WordId> ids, std::span<Scored> scored, State& state,
                        Tile& t) const {
  const int order = model_.order(), count = static_cast<int>(ids.size());
  t.begin(ids, state, model_);
  t.first(count, model_.part(1), order > 1);
  for (int n = 1; n < order && t.active_count > 0; ++n) {
    const Model::Part &part = model_.part(n), &next = model_.part(n + 1);
    t.expand(part, next.words);
    t.search(n, next.words);
    t.descend(n + 1, next, n + 1 < order);
  }
  for (int i = 0; i < count; ++i) {
    const WordId word = t.words[static_cast<std::size_t>(max_order + i)];
    float p = t.log10_p[i];
    for (int n = t.length[i]; n <= t.history[i]; ++n)
      p += t.bow[static_cast<std::size_t>(n - 1)][i];
    scored[i] = {p, word, t.length[i]};
    if (word == sentence_begin) scored[i] = {0, word, 0};
  }
  const int last = count - 1;
  const bool starts = ids[last] == sentence_begin;
  state.length = std::min(starts ? 1 : t.history[last] + 1, order - 1);
  for (int n = 1; n <= state.length; ++n) {
    const auto m = static_cast<std::size_t>(n - 1);
    state.words[m] = t.words[static_cast<std::size_t>(max_order + count - n)];
    state.log10_bow[m] = t.bow[m][count];
  }
}

void Scorer::score(std::span<const WordId> words, std::span<Scored> scored, State& state) const {
  Tile t;
  while (!words.empty()) {
    const std::size_t count = std::min<std::size_t>(words.size(), tile);
    score_tile(words.first(count), scored.first(count), state, t);
    words = words.subspan(count);
    scored = scored.subspan(count);
  }
}

}  // namespace dlt::ngram
