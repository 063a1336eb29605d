#include "ngram/levels.h"

#include <algorithm>

#include "base/parallel.h"
#include "ngram/room.h"

namespace dlt::ngram {
namespace {

// The first of [begin, end) whose word is not below `word`, sought in growing steps from `begin`:
// cheap where it is near.
Node gallop(const WordId* words, Node begin, Node end, WordId word) {
  Node step = 1, low = begin;
  while (low < end && words[low] < word) {
    begin = low + 1;
    low = end - low > step ? low + step : end;
    step *= 2;
  }
  return static_cast<Node>(std::lower_bound(words + begin, words + low, word) - words);
}

// Of each node of a family: the node of [at, stop) with the same word, or nowhere. Both are sorted.
void match(const WordId* family, const WordId* family_end, const WordId* words, Node at, Node stop,
           Node* found) {
  for (; family < family_end; ++family, ++found) {
    if (at < stop && words[at] < *family) at = gallop(words, at + 1, stop, *family);
    *found = at < stop && words[at] == *family ? at : nowhere;
  }
}

constexpr std::int64_t parents_a_chunk = 4096;

}  // namespace

Node child(const Branches& level, const Branches& next, Node parent, WordId word) {
  const auto* begin = next.word.data() + level.first[parent];
  const auto* end = next.word.data() + level.first[parent + 1];
  const auto* at = std::lower_bound(begin, end, word);
  return at != end && *at == word ? static_cast<Node>(at - next.word.data()) : nowhere;
}

// The context of "w1 .. wn" is a child of the context of its parent "w2 .. wn", with the same word
// w1; and the children of both are sorted by w1.
template <class L>
Array<Node> contexts(const std::vector<L>& levels, int n, std::span<const Node> shorter,
                     const Storage& storage) {
  const Branches& parents = levels[static_cast<std::size_t>(n - 2)];
  const Branches& nodes = levels[static_cast<std::size_t>(n - 1)];
  Array<Node> found(nodes.word.size(), storage);
  const std::size_t parent_count = parents.first.size() - 1;
  const auto fill = [&](std::int64_t begin, std::int64_t end) {
    if (n == 2) {
      std::copy(nodes.word.data() + parents.first[begin], nodes.word.data() + parents.first[end],
                found.data() + parents.first[begin]);
      return;
    }
    const Array<Node>& firsts = levels[static_cast<std::size_t>(n - 3)].first;
    const auto fetch = [&](std::size_t p) {  // contexts lie scattered
      if (p + 16 < parent_count && shorter[p + 16] != nowhere) {
        __builtin_prefetch(firsts.data() + shorter[p + 16]);
      }
      if (p + 8 < parent_count && shorter[p + 8] != nowhere) {
        __builtin_prefetch(parents.word.data() + firsts[shorter[p + 8]]);
      }
    };
    for (std::int64_t p = begin; p < end; ++p) {
      fetch(p);
      const Node context = shorter[p], first = parents.first[p];
      const Node at = context == nowhere ? 0 : firsts[context];
      const Node stop = context == nowhere ? 0 : firsts[context + 1];
      match(nodes.word.data() + first, nodes.word.data() + parents.first[p + 1],
            parents.word.data(), at, stop, found.data() + first);
    }
  };
  for (std::size_t from = 0, to = 0; from < parent_count; from = to) {
    to = storage.folder.empty() ? parent_count : piece_end(parents.first, from);
    parallel_for(static_cast<std::int64_t>(to - from), parents_a_chunk,
                 [&](std::int64_t begin, std::int64_t end) { fill(from + begin, from + end); });
    found.drop();
    nodes.word.drop();
    parents.word.drop();
    parents.first.drop();
  }
  return found;
}

template Array<Node> contexts(const std::vector<CountLevel>&, int, std::span<const Node>,
                              const Storage&);
template Array<Node> contexts(const std::vector<Level>&, int, std::span<const Node>,
                              const Storage&);

}  // namespace dlt::ngram
