#include "ngram/levels.h"

#include "base/parallel.h"
#include "support/folder.h"
#include "support/naive_ngrams.h"

namespace dlt::ngram {
namespace {

using test::Gram;

// The context of each node of level `n`, by looking the n-gram's words up.
std::vector<Node> looked_up(const std::vector<CountLevel>& levels,
                            const std::map<Gram, std::uint32_t>& grams, int n) {
  std::vector<Node> found(grams.size());
  for (const auto& entry : grams) {
    const Gram& gram = entry.first;
    found[test::node_of(levels, gram)] = test::node_of(levels, Gram(gram.begin(), gram.end() - 1));
  }
  CHECK(found.size() == levels[static_cast<std::size_t>(n - 1)].word.size());
  return found;
}

}  // namespace

TEST_CASE("n-grams are found by walking from the last word to the first", "[ngram][levels]") {
  const auto naive = test::naive_count({"the cat sat", "the dog sat", "the cat ran"}, 3);
  const Counts counts = test::to_counts(naive);
  const auto raw = [&](const std::string& words) {
    const Gram gram = test::ids_of(counts.vocabulary, words);
    const Node node = test::node_of(counts.levels, gram);
    return node == nowhere ? 0 : counts.levels[gram.size() - 1].raw[node];
  };
  CHECK(raw("the") == 3);
  CHECK(raw("the cat") == 2);
  CHECK(raw("<s> the cat") == 2);
  CHECK(raw("dog sat </s>") == 1);
  CHECK(raw("cat the") == 0);
  CHECK(raw("the sat") == 0);
  CHECK(raw("dog sat ran") == 0);
}

TEST_CASE("every node knows its context", "[ngram][levels]") {
  const test::Folder folder;
  for (const int threads : {1, 2}) {
    set_threads(threads);
    for (const std::string& path : {std::string(), folder.path()}) {
      const auto naive = test::naive_count(test::random_lines(7, 300, 30, 14), 5);
      const Counts counts = test::to_counts(naive);
      Array<Node> shorter;
      for (int n = 2; n <= 5; ++n) {
        Array<Node> found = contexts(counts.levels, n, shorter.span(), {path});
        const auto expected = looked_up(counts.levels, naive.raw[n - 1], n);
        CHECK(std::vector<Node>(found.data(), found.data() + found.size()) == expected);
        shorter = std::move(found);
      }
    }
  }
  set_threads(1);
}

TEST_CASE("a context that is not stored is nowhere", "[ngram][levels]") {
  // a, b; "b a", "b b"; "a b b" without its prefix "a b", and "b b a"
  std::vector<CountLevel> levels(3);
  const auto nodes = [](std::vector<std::uint32_t> values) {
    Array<std::uint32_t> array(values.size(), {});
    std::copy(values.begin(), values.end(), array.data());
    return array;
  };
  levels[0].first = nodes({0, 1, 2});
  levels[1].word = nodes({1, 1});
  levels[1].first = nodes({0, 1, 2});
  levels[2].word = nodes({1, 0});
  const Array<Node> two = contexts(levels, 2, {}, {});
  CHECK(two[0] == 1);
  CHECK(two[1] == 1);
  const Array<Node> three = contexts(levels, 3, two.span(), {});
  CHECK(three[0] == 1);  // "b b a": "b b"
  CHECK(three[1] == nowhere);
}

}  // namespace dlt::ngram
