#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ngram/array.h"
#include "ngram/vocabulary.h"

// N-grams as a tree read from the last word to the first: the node of "the cat sat" is the child
// "the" of the node "cat sat", itself the child "cat" of "sat". So the path of a node is the way
// that scoring walks, and with a node all its suffixes are there.
namespace dlt::ngram {

using Node = std::uint32_t;  // index into the arrays of its level
constexpr Node nowhere = ~Node{0};

// The n-grams of one length: level 1 holds every word of the vocabulary at its id; the others are
// sorted by (parent, word).
struct Branches {
  Array<WordId> word;  // the first word of the n-gram, that its parent lacks; empty for level 1
  Array<Node> first;   // children are first[i] .. first[i + 1] - 1 of the next level; size() + 1
                       // values; empty for the top level
};

// n-gram counts, as they come from a corpus. Every prefix and suffix of an n-gram is there too.
struct CountLevel : Branches {
  Array<std::uint32_t> raw;       // how often it ends at a word or at </s>; <s> itself: 0
  Array<std::uint32_t> adjusted;  // Kneser-Ney's: the different words before it (<s> is one); raw
                                  // for the top level and for what begins with <s>. May be empty:
                                  // see CountSettings
};

struct Counts {
  Vocabulary vocabulary;
  std::vector<CountLevel> levels;          // [order]
  std::int64_t sentences = 0, tokens = 0;  // tokens: words and a </s> for each sentence
  std::int64_t unknown = 0;                // tokens outside the vocabulary
};

// A model: probabilities and back-off weights, as log10.
struct Level : Branches {
  Array<float> log10_p;    // log_zero: impossible; that of <s> is log_zero and of no meaning
  Array<float> log10_bow;  // added where a longer n-gram is not there; 0 for nodes that are no
                           // context; empty for the top level
};

// A back-off weight of -0 marks what is no part of the model but must be in the tree: suffixes and
// special words that an ARPA file lacks. They have the score that the model gives without them, and
// are written to no ARPA file.
inline bool is_filler(float log10_bow) { return log10_bow == 0 && std::signbit(log10_bow); }

// What a model says of itself; kept in its file.
struct About {
  Unit unit = Unit::words;
  float absent_bow = 0;  // log10 back-off weight of contexts that are not stored (stupid back-off)
  std::string made = "{}";  // JSON: settings, discounts, corpus; for people
};

struct Tables {
  Vocabulary vocabulary;
  std::vector<Level> levels;
  About about;
  int order() const { return static_cast<int>(levels.size()); }
};

// The child of `parent` (of level n) with that word in level n + 1; `nowhere` if there is none.
Node child(const Branches& level, const Branches& next, Node parent, WordId word);

// context[i] for node i of level `n` (2 ...): the node of level n - 1 that is all its words but
// the last; `nowhere` if that is not stored. `shorter`: the same of level n - 1; empty for n <= 2.
template <class L>
Array<Node> contexts(const std::vector<L>& levels, int n, std::span<const Node> shorter,
                     const Storage& storage);

}  // namespace dlt::ngram
