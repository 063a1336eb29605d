#include "ngram/tree.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/error.h"
#include "base/parallel.h"
#include "ngram/each_in_turn.h"

namespace dlt::ngram {
namespace {

using NodeCounts = std::array<std::uint64_t, max_order + 1>;  // [length of n-gram]

constexpr const char* counting = "counting n-grams";
constexpr const char* growing = "building the tree";

void each_part(const Runs& runs, const char* stage, const Report& report,
               const std::function<void(std::uint32_t part)>& f) {
  each_in_turn(
      runs.parts(), [&](int, std::int64_t part) { f(static_cast<std::uint32_t>(part)); },
      [&](double fraction) {
        if (report) report(stage, fraction);
      });
}

std::size_t buffer_bytes(const Runs& runs, const Workspace& work) {
  const auto readers = static_cast<std::int64_t>(runs.size()) * threads();
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(work.limit() / 4 / readers, 1 << 12, 1 << 18));
}

// Writes the nodes of one part of the n-grams into the levels.
class PartGrower {
 public:
  PartGrower(std::vector<CountLevel>& levels, const NodeCounts& begins, const Partition& partition)
      : levels_(levels),
        order_(static_cast<int>(levels.size())),
        partition_(partition),
        next_(begins) {}

  void add(const SortedNgram& g) {
    close(g.shared);
    if (g.shared == 0) {
      const WordId newest = g.words[0] - 1;
      if (!partition_.divides(newest)) levels_[0].first[newest] = static_cast<Node>(next_[2]);
    }
    for (int n = std::max(g.shared + 1, 2); n <= g.length; ++n) open(n, g.words[n - 1] - 1);
    open_ = g.length;
    total_ += g.count;
  }

  // Ends the nodes longer than `length`.
  void close(int length) {
    for (int n = open_; n > std::max(length, 1); --n) {
      CountLevel& level = levels_[static_cast<std::size_t>(n - 1)];
      const std::uint64_t node = next_[n] - 1;
      const auto count = static_cast<std::uint32_t>(total_ - before_[n]);
      if (!level.raw.empty()) level.raw[node] = count;
      if (level.adjusted.empty()) continue;
      const bool raw = n == order_ || level.word[node] == sentence_begin;
      level.adjusted[node] =
          raw ? count : static_cast<std::uint32_t>(next_[n + 1] - level.first[node]);
    }
  }

 private:
  void open(int n, WordId word) {
    CountLevel& level = levels_[static_cast<std::size_t>(n - 1)];
    const std::uint64_t node = next_[n]++;
    level.word[node] = word;
    if (n < order_) level.first[node] = static_cast<Node>(next_[n + 1]);
    before_[n] = total_;
  }

  std::vector<CountLevel>& levels_;
  int order_, open_ = 0;
  const Partition& partition_;
  NodeCounts next_;      // the node that comes next
  NodeCounts before_{};  // sum of counts where the open node begins
  std::uint64_t total_ = 0;
};

// How many nodes each part has, then the first of each part; the last: their sum.
std::vector<NodeCounts> find_begins(const Runs& runs, int order, std::size_t buffer,
                                    const Report& report) {
  std::vector<NodeCounts> begins(runs.parts() + 1);
  each_part(runs, counting, report, [&](std::uint32_t part) {
    NodeCounts counts{};
    MergedRuns ngrams(runs, part, order, buffer);
    while (ngrams.next()) {
      const SortedNgram& g = ngrams.ngram();
      for (int n = g.shared + 1; n <= g.length; ++n) ++counts[n];
    }
    begins[part] = counts;
  });
  NodeCounts sum{};
  for (NodeCounts& begin : begins) {
    for (int n = 2; n <= order; ++n) sum[n] += std::exchange(begin[n], sum[n]);
  }
  for (int n = 2; n <= order; ++n) {
    require(sum[n] < nowhere,
            "{} different {}-grams, at most {} are possible; a shorter order, "
            "a smaller vocabulary or less text is needed",
            sum[n], n, nowhere - 1);
  }
  return begins;
}

// Bytes of a node of level n, 2 and up.
std::uint64_t node_bytes(int n, const CountSettings& settings) {
  const bool top = n == settings.order;
  return 4 * (1 + (top ? 0 : 1) + (top || settings.raw ? 1 : 0) + (settings.adjusted ? 1 : 0));
}

Storage storage_for(const Runs& runs, const NodeCounts& sizes, const CountSettings& settings) {
  std::uint64_t bytes = runs.bytes_in_memory();
  for (int n = 2; n <= settings.order; ++n) bytes += sizes[n] * node_bytes(n, settings);
  const auto limit = static_cast<std::uint64_t>(settings.work.limit());
  return {bytes <= limit / 2 ? "" : settings.work.folder()};
}

void make_levels(std::vector<CountLevel>& levels, const NodeCounts& sizes,
                 const CountSettings& settings, const Storage& storage) {
  for (int n = 2; n <= settings.order; ++n) {
    const bool top = n == settings.order;
    CountLevel& level = levels.emplace_back();
    level.word = Array<WordId>(sizes[n], storage);
    if (!top) level.first = Array<Node>(sizes[n] + 1, storage);
    if (!top) level.first[sizes[n]] = static_cast<Node>(sizes[n + 1]);
    if (top || settings.raw) level.raw = Array<std::uint32_t>(sizes[n], storage);
    if (settings.adjusted) level.adjusted = Array<std::uint32_t>(sizes[n], storage);
  }
}

void drop_pages(const std::vector<CountLevel>& levels) {
  for (const CountLevel& level : levels) {
    level.word.drop();
    level.first.drop();
    level.raw.drop();
    level.adjusted.drop();
  }
}

// Fills level 1, of which PartGrower has set `first` for words that stand in one part.
void finish_words(CountLevel& words, const Partition& partition, std::span<const NodeCounts> begins,
                  std::span<const std::uint64_t> counts) {
  const std::size_t size = counts.size();
  words.first[size] = static_cast<Node>(begins.back()[2]);
  for (std::size_t w = size; w-- > 0;) {
    const auto id = static_cast<WordId>(w);
    if (partition.divides(id)) {
      words.first[w] = static_cast<Node>(begins[partition.first_part(id)][2]);
    } else if (counts[w] == 0) {
      words.first[w] = words.first[w + 1];
    }
    if (!words.adjusted.empty()) words.adjusted[w] = words.first[w + 1] - words.first[w];
  }
}

}  // namespace

CountLevel word_level(std::span<const std::uint64_t> counts, const CountSettings& settings) {
  const bool top = settings.order == 1;
  CountLevel level;
  if (!top) level.first = Array<Node>(counts.size() + 1, {});
  if (top || settings.raw) level.raw = Array<std::uint32_t>(counts.size(), {});
  if (settings.adjusted) level.adjusted = Array<std::uint32_t>(counts.size(), {});
  for (std::size_t w = 0; w < counts.size(); ++w) {
    const auto count = static_cast<std::uint32_t>(counts[w]);
    if (!level.raw.empty()) level.raw[w] = count;
    if (top && settings.adjusted) level.adjusted[w] = count;
  }
  return level;
}

std::vector<CountLevel> grow_tree(const Runs& runs, const Partition& partition,
                                  std::span<const std::uint64_t> counts,
                                  const CountSettings& settings, const Report& report) {
  const std::size_t buffer = buffer_bytes(runs, settings.work);
  const auto begins = find_begins(runs, settings.order, buffer, report);
  const NodeCounts& sizes = begins.back();
  const Storage storage = storage_for(runs, sizes, settings);
  std::vector<CountLevel> levels;
  levels.push_back(word_level(counts, settings));
  make_levels(levels, sizes, settings, storage);

  const auto most = static_cast<std::uint64_t>(settings.work.limit() / 4);  // resident
  std::atomic<std::uint64_t> written = 0;
  each_part(runs, growing, report, [&](std::uint32_t part) {
    PartGrower grower(levels, begins[part], partition);
    MergedRuns ngrams(runs, part, settings.order, buffer);
    std::uint64_t fresh = 0;
    const auto account = [&] {
      if (storage.folder.empty() || (written += std::exchange(fresh, 0)) < most) return;
      written = 0;
      drop_pages(levels);
    };
    while (ngrams.next()) {
      grower.add(ngrams.ngram());
      fresh += 16u * static_cast<unsigned>(ngrams.ngram().length - ngrams.ngram().shared);
      if (fresh >= 1 << 20) account();
    }
    grower.close(1);
    account();
  });
  drop_pages(levels);
  finish_words(levels[0], partition, begins, counts);
  return levels;
}

}  // namespace dlt::ngram
