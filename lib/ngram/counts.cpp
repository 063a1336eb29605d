#include "ngram/counts.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/parallel.h"
#include "ngram/sentences.h"
#include "ngram/sort_keys.h"
#include "ngram/tree.h"
#include "ngram/word_counts.h"

namespace dlt::ngram {
namespace {

std::vector<WordId> ids_of(std::string_view piece, const Block& block, const TextSettings& settings,
                           const Vocabulary& vocabulary) {
  std::array<std::string_view, 32> tokens;
  std::array<std::uint64_t, 32> hashes{};
  std::vector<WordId> ids;
  ids.reserve(piece.size() / 5);
  Sentences sentences(piece, block, settings);
  for (std::size_t count; (count = sentences.next(tokens)) != 0;) {
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = Vocabulary::hash(tokens[i]);
      vocabulary.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back(tokens[i].empty() ? sentence_end : vocabulary.id(tokens[i], hashes[i]));
    }
  }
  return ids;
}

// Gathers ids until they fill the memory, then sorts them.
class Gatherer {
 public:
  // tokens: in the whole text.
  Gatherer(const KeyLayout& layout, const Partition& partition, std::int64_t capacity,
           std::int64_t tokens, Runs& runs, const Report& report)
      : layout_(layout),
        partition_(partition),
        capacity_(static_cast<std::size_t>(capacity)),
        tokens_(tokens),
        runs_(runs),
        report_(report) {}

  void add(std::vector<WordId> ids) {
    total_ += static_cast<std::int64_t>(ids.size());
    if (gathered_ > 0 && gathered_ + ids.size() > capacity_) sort();
    if (ids.size() <= capacity_) {
      gathered_ += ids.size();
      tell(0);
      text_.push_back({std::move(ids), 0});
      return;
    }
    for (std::size_t begin = 0; begin < ids.size(); begin += capacity_) {  // a very long line
      const std::size_t end = std::min(begin + capacity_, ids.size());
      const std::size_t context = std::min(begin, static_cast<std::size_t>(layout_.order) - 1);
      text_.push_back({{ids.begin() + static_cast<std::ptrdiff_t>(begin - context),
                        ids.begin() + static_cast<std::ptrdiff_t>(end)},
                       context});
      gathered_ = end - begin;
      sort();
    }
  }

  void sort() {
    if (text_.empty()) return;
    sort_run(text_, layout_, partition_, runs_, [this](double fraction) { tell(fraction); });
    text_.clear();
    sorted_ += static_cast<double>(std::exchange(gathered_, 0));
  }

  std::int64_t total() const { return total_; }

 private:
  void tell(double fraction) const {  // of what is gathered that is sorted
    constexpr double reading = 0.4;   // of the time
    const auto gathered = static_cast<double>(gathered_);
    const double done = sorted_ + gathered * (reading + (1 - reading) * fraction);
    if (report_) report_("sorting n-grams", std::min(1.0, done / static_cast<double>(tokens_)));
  }

  const KeyLayout layout_;
  const Partition& partition_;
  std::size_t capacity_, gathered_ = 0;
  std::int64_t tokens_;
  Runs& runs_;
  const Report& report_;
  double sorted_ = 0;  // tokens
  std::vector<Stretch> text_;
  std::int64_t total_ = 0;
};

void sort_texts(Texts& texts, const WordCounts& words, const TextSettings& settings,
                std::size_t round, Gatherer& gatherer) {
  std::array<std::vector<WordId>, Texts::most_pieces> ids;
  texts.read(
      round,
      [&](int, std::int64_t i, std::string_view piece, const Block& block) {
        ids[i] = ids_of(piece, block, settings, words.vocabulary);
      },
      [&](std::int64_t pieces) {
        for (std::int64_t i = 0; i < pieces; ++i) gatherer.add(std::move(ids[i]));
      });
  gatherer.sort();
  require(gatherer.total() == words.tokens, Exit::data,
          "the text changed while it was read: {} words and line ends, {} the second time",
          words.tokens, gatherer.total());
}

std::vector<CountLevel> count_ngrams(Texts& texts, const WordCounts& words,
                                     const CountSettings& settings, std::size_t round,
                                     const Report& report) {
  constexpr std::int64_t least_capacity = 4096, part_size = 1 << 16, most_parts = 1024;
  const KeyLayout layout(settings.order, words.vocabulary.size());
  const std::int64_t capacity = std::max(
      settings.work.limit() / static_cast<std::int64_t>(sort_bytes(layout)), least_capacity);
  const bool fits = words.tokens <= capacity;
  const Partition partition(
      words.counts,
      std::clamp<std::int64_t>(std::min(capacity, words.tokens) / part_size, 1, most_parts));
  Runs runs(partition.size(), fits ? "" : settings.work.folder());
  Gatherer gatherer(layout, partition, capacity, words.tokens, runs, report);
  sort_texts(texts, words, settings.text, round, gatherer);
  return grow_tree(runs, partition, words.counts, settings, report);
}

std::string listed(const std::vector<std::string>& files) {
  std::string list;
  for (const std::string& file : files) list += (list.empty() ? "'" : ", '") + file + "'";
  return list;
}

}  // namespace

Counts count(const std::vector<std::string>& files, const CountSettings& settings,
             const Report& report) {
  require(settings.order >= 1 && settings.order <= max_order, Exit::usage,
          "n-grams of {} words; 1 to {} are possible", settings.order, max_order);
  constexpr std::int64_t least_round = 1 << 16, most_round = 1 << 24;
  const auto round =
      static_cast<std::size_t>(std::clamp(settings.work.limit() / 16, least_round, most_round));
  Texts texts(files, settings.work, settings.text.share);
  WordCounts words = count_words(texts, settings.text, round, report);
  require(words.sentences > 0, Exit::data, "there is no sentence in {}", listed(files));
  for (std::uint64_t c : words.counts) {
    require(c <= 0xFFFFFFFF, "a word occurs {} times, at most 4294967295 can be counted", c);
  }
  Counts counts;
  if (settings.order == 1) {
    counts.levels.push_back(word_level(words.counts, settings));
  } else {
    counts.levels = count_ngrams(texts, words, settings, round, report);
  }
  counts.vocabulary = words.vocabulary;
  counts.sentences = words.sentences;
  counts.tokens = words.tokens;
  counts.unknown = static_cast<std::int64_t>(words.counts[unknown]);
  return counts;
}

}  // namespace dlt::ngram
