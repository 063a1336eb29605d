#include "ngram/arpa_tree.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <span>

#include "base/error.h"
#include "base/parallel.h"

namespace dlt::ngram {
namespace {

using Path = std::span<const WordId>;  // an n-gram, the last word first

constexpr std::int64_t rows_a_chunk = 1 << 14;

// Finds nodes by their paths, from as far down the path before as the two are one.
class Walk {
 public:
  explicit Walk(const std::vector<Level>& levels) : levels_(levels) {}

  Node find(Path path) {
    std::size_t same = 0;
    while (same < path.size() && same < depth_ && words_[same] == path[same]) ++same;
    for (std::size_t i = same; i < path.size(); ++i) {
      words_[i] = path[i];
      nodes_[i] = i == 0 ? path[0]
                  : nodes_[i - 1] == nowhere
                      ? nowhere
                      : child(levels_[i - 1], levels_[i], nodes_[i - 1], path[i]);
    }
    depth_ = path.size();
    return nodes_[depth_ - 1];
  }

 private:
  const std::vector<Level>& levels_;
  std::array<WordId, max_order> words_{};
  std::array<Node, max_order> nodes_{};
  std::size_t depth_ = 0;
};

Path suffix(const ArpaRows& rows, std::size_t row) {
  return {rows.at(row), static_cast<std::size_t>(rows.n - 1)};
}

std::vector<Node> parents_of(const std::vector<Level>& levels, const ArpaRows& rows) {
  std::vector<Node> parents(rows.size());
  parallel_for(std::ssize(parents), rows_a_chunk, [&](std::int64_t begin, std::int64_t end) {
    Walk walk(levels);
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      parents[i] = walk.find(suffix(rows, i));
    }
  });
  return parents;
}

// Where a level gets new nodes.
struct Fillers {
  std::vector<std::vector<WordId>> paths;  // sorted, all different
  std::vector<Node> parents;
  std::vector<float> log10_p;

  // Finds the parents, which are there; and what scoring gives without the new nodes.
  void fill(const std::vector<Level>& levels) {
    Walk up(levels), context(levels);
    for (const auto& path : paths) {
      const Path all = path;
      const Node parent = up.find(all.first(all.size() - 1)), before = context.find(all.subspan(1));
      const std::size_t below = path.size() - 2;
      const float bow = before == nowhere ? 0 : levels[below].log10_bow[before];
      parents.push_back(parent);
      log10_p.push_back(bow + levels[below].log10_p[parent]);
    }
  }
};

// Copies old[0 ..], before each value of which at(i) new ones go.
template <class T, class New>
Array<T> merge(const Array<T>& old, std::span<const Node> places, const New& fresh) {
  Array<T> all(old.size() + places.size(), {});
  std::size_t next = 0;
  for (std::size_t i = 0; i <= old.size(); ++i) {
    for (; next < places.size() && places[next] == i; ++next) all[i + next] = fresh(next);
    if (i < old.size()) all[i + next] = old[i];
  }
  return all;
}

void put_in(Level& parents, Level& level, const Fillers& fillers) {
  std::vector<Node> places;  // of each filler: the old node that it goes before
  for (std::size_t i = 0; i < fillers.paths.size(); ++i) {
    const Node parent = fillers.parents[i];
    const auto* begin = level.word.data() + parents.first[parent];
    const auto* end = level.word.data() + parents.first[parent + 1];
    places.push_back(static_cast<Node>(std::lower_bound(begin, end, fillers.paths[i].back()) -
                                       level.word.data()));
  }
  std::size_t before = 0;
  for (std::size_t parent = 0; parent < parents.first.size(); ++parent) {
    while (before < places.size() && fillers.parents[before] < parent) ++before;
    parents.first[parent] += static_cast<Node>(before);
  }
  if (!level.first.empty()) {
    level.first = merge(level.first, places, [&](std::size_t i) { return level.first[places[i]]; });
  }
  level.word = merge(level.word, places, [&](std::size_t i) { return fillers.paths[i].back(); });
  level.log10_p = merge(level.log10_p, places, [&](std::size_t i) { return fillers.log10_p[i]; });
  level.log10_bow = merge(level.log10_bow, places, [](std::size_t) { return -0.0F; });
}

// Sees to it that these n-grams, all of one length, are in the tree. Returns how many were not.
std::size_t ensure(std::vector<Level>& levels, std::vector<std::vector<WordId>> paths) {
  std::ranges::sort(paths);
  const auto repeated = std::ranges::unique(paths);
  paths.erase(repeated.begin(), repeated.end());
  std::vector<std::vector<WordId>> suffixes;
  Walk walk(levels);
  std::erase_if(paths, [&](const auto& path) { return walk.find(path) != nowhere; });
  for (const auto& path : paths) suffixes.emplace_back(path.begin(), path.end() - 1);
  if (paths.empty()) return 0;
  const std::size_t length = paths.front().size(), shorter = ensure(levels, std::move(suffixes));
  Fillers fillers{std::move(paths), {}, {}};
  fillers.fill(levels);
  put_in(levels[length - 2], levels[length - 1], fillers);
  return shorter + fillers.paths.size();
}

std::size_t ensure_suffixes(std::vector<Level>& levels, const ArpaRows& rows,
                            std::vector<Node>& parents) {
  std::vector<std::vector<WordId>> missing;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (parents[i] != nowhere) continue;
    const Path path = suffix(rows, i);
    missing.emplace_back(path.begin(), path.end());
  }
  if (missing.empty()) return 0;
  const std::size_t count = ensure(levels, std::move(missing));
  parents = parents_of(levels, rows);
  return count;
}

struct Place {  // where in the tree a row goes
  std::uint64_t key;
  std::uint32_t row;
  auto operator<=>(const Place&) const = default;
};

[[noreturn]] void twice(const ArpaRows& rows, std::size_t first, std::size_t second,
                        const Vocabulary& words) {
  std::string text;
  for (int i = rows.n; i-- > 0;)
    text.append(i == rows.n - 1 ? "" : " ").append(words.word(rows.at(first)[i]));
  throw ArpaMistake{rows.line(second), fmt::format("'{}' is in line {} already: remove one of them",
                                                   shown(text), rows.line(first))};
}

}  // namespace

std::size_t add_level(std::vector<Level>& levels, const ArpaRows& rows, Longest longest,
                      const Vocabulary& words) {
  const std::size_t size = rows.size(), last = static_cast<std::size_t>(rows.n - 1);
  require(size < nowhere, Exit::damaged, "more than {} {}-grams are too many for this program",
          nowhere - 1, rows.n);
  levels.back().first = {};
  std::vector<Node> parents = parents_of(levels, rows);
  const std::size_t fillers = ensure_suffixes(levels, rows, parents);
  const auto key = [&](std::size_t i) {
    return std::uint64_t{parents[i]} << 32 | rows.at(i)[last];
  };
  std::vector<Place> order;  // empty: as they are
  for (std::size_t i = 1; i < size && order.empty(); ++i) {
    if (key(i - 1) >= key(i)) order.resize(size);
  }
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = {key(i), static_cast<std::uint32_t>(i)};
  std::ranges::sort(order);
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (order[i - 1].key == order[i].key) twice(rows, order[i - 1].row, order[i].row, words);
  }
  Level& above = levels.back();
  Level level;
  above.first = Array<Node>(above.log10_p.size() + 1, {});
  level.word = Array<WordId>(size, {});
  level.log10_p = Array<float>(size, {});
  if (longest == Longest::no) level.log10_bow = Array<float>(size, {});
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t row = order.empty() ? i : order[i].row;
    level.word[i] = rows.at(row)[last];
    level.log10_p[i] = rows.log10_p[row];
    if (longest == Longest::no) level.log10_bow[i] = rows.log10_bow[row];
    ++above.first[parents[row] + 1];
  }
  for (std::size_t i = 1; i < above.first.size(); ++i) above.first[i] += above.first[i - 1];
  levels.push_back(std::move(level));
  return fillers;
}

}  // namespace dlt::ngram
