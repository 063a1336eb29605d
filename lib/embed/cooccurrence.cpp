#include "embed/cooccurrence.h"

#include <algorithm>
#include <bit>
#include <exception>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "ngram/radix_sort.h"
#include "ngram/room.h"
#include "ngram/scratch_file.h"

namespace dlt::embed {
namespace {

using Key = ngram::Key<1>;  // a, b, distance from the highest bit down

// Sums of 1 / distance as integers, so that their order does not matter.
constexpr double one = 1 << 24;

struct Sum {
  std::uint64_t pair = 0;  // a, b
  std::uint64_t count = 0;
};

struct PairBits {
  int distance, word;
  PairBits(std::int64_t window, std::int64_t words)
      : distance(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(window)))),
        word(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(words)))) {
    require(2 * word + distance <= 64, Exit::usage,
            "a window of {} and {} words are too many for co-occurrences: make the window smaller "
            "or min_count larger",
            window, words);
  }
};

// The words that pairs are made of, and the words before them that may be their partners.
struct Cut {
  std::size_t first = 0, begin = 0, end = 0;
};

// Sorted sums, in memory or in a file.
struct Run {
  std::vector<Sum> sums;
  std::uint64_t offset = 0, size = 0;  // in the file, in sums
};

void emit(std::vector<Key>& keys, std::span<const std::uint32_t> tokens, const Cut& cut,
          std::size_t window, const PairBits& bits) {
  for (std::size_t i = cut.begin; i < cut.end; ++i) {
    if (tokens[i] == line_end) continue;
    for (std::size_t d = 1; d <= window && d <= i - cut.first; ++d) {
      const std::uint32_t other = tokens[i - d];
      if (other == line_end) break;
      const auto [a, b] = std::minmax(tokens[i], other);
      keys.push_back({{(std::uint64_t{a} << bits.word | b) << bits.distance | d}});
    }
  }
}

std::vector<Sum> added_up(const Key* keys, std::size_t n, const PairBits& bits) {
  std::vector<Sum> sums;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t key = keys[i].limbs[0], pair = key >> bits.distance;
    const std::uint64_t distance = key & ((std::uint64_t{1} << bits.distance) - 1);
    if (sums.empty() || sums.back().pair != pair) sums.push_back({pair, 0});
    sums.back().count += static_cast<std::uint64_t>(one / static_cast<double>(distance) + 0.5);
  }
  sums.shrink_to_fit();
  return sums;
}

Run sorted_run(std::span<const std::uint32_t> tokens, const Cut& cut, std::size_t window,
               const PairBits& bits) {
  std::vector<Key> keys;
  keys.reserve((cut.end - cut.begin) * window);
  emit(keys, tokens, cut, window, bits);
  std::vector<Key> other(keys.size());
  const Key* sorted = ngram::radix_sort(keys.data(), other.data(), keys.size());
  Run run;
  run.sums = added_up(sorted, keys.size(), bits);
  run.size = run.sums.size();
  return run;
}

// Reads a run front to back.
class Reader {
 public:
  Reader(const Run& run, const ngram::ScratchFile* file, std::size_t buffer)
      : at_(run.sums.data()), end_(at_ + run.sums.size()), file_(file) {
    if (!run.sums.empty() || run.size == 0) return;
    offset_ = run.offset;
    left_ = run.size;
    buffer_.resize(std::min<std::size_t>(buffer, run.size));
    refill();
  }

  bool ended() const { return at_ == end_; }
  const Sum& sum() const { return *at_; }
  void next() {
    if (++at_ == end_) refill();
  }

 private:
  void refill() {
    const std::size_t n = std::min<std::uint64_t>(buffer_.size(), left_);
    if (n == 0) return;
    file_->read(offset_, std::as_writable_bytes(std::span(buffer_.data(), n)));
    offset_ += n * sizeof(Sum);
    left_ -= n;
    at_ = buffer_.data();
    end_ = at_ + n;
  }

  const Sum* at_;
  const Sum* end_;
  const ngram::ScratchFile* file_;
  std::vector<Sum> buffer_;
  std::uint64_t offset_ = 0, left_ = 0;
};

class Gathering {
 public:
  Gathering(const Corpus& corpus, std::int64_t window, const ngram::Workspace& work)
      : tokens_(corpus.tokens.span()),
        window_(static_cast<std::size_t>(window)),
        work_(work),
        bits_(window, corpus.size()) {}

  void sort_all(const ngram::Report& report);
  std::uint64_t merge(const std::function<void(const Sum&)>& take) const;
  Cooccurrence pair_of(const Sum& sum) const {
    const std::uint64_t b = sum.pair & ((std::uint64_t{1} << bits_.word) - 1);
    return {static_cast<std::uint32_t>(sum.pair >> bits_.word), static_cast<std::uint32_t>(b),
            static_cast<float>(static_cast<double>(sum.count) / one)};
  }

 private:
  std::vector<Cut> cuts() const;
  void sort(std::span<const Cut> cuts);
  void make_room();

  std::span<const std::uint32_t> tokens_;
  std::size_t window_;
  const ngram::Workspace& work_;
  PairBits bits_;
  std::vector<Run> runs_;
  std::optional<ngram::ScratchFile> file_;
};

// Pieces of the text of which as many as there are threads fit into a quarter of the memory.
std::vector<Cut> Gathering::cuts() const {
  constexpr std::size_t least = 1 << 12, most = 1 << 20;
  const std::size_t bytes = window_ * 4 * sizeof(Key);  // of a word: keys twice, sums
  const auto memory = static_cast<std::size_t>(work_.limit() / 4 / threads());
  const std::size_t words = std::clamp(memory / bytes, least, most);
  std::vector<Cut> all;
  for (std::size_t begin = 0; begin < tokens_.size(); begin += words) {
    all.push_back(
        {begin - std::min(begin, window_), begin, std::min(tokens_.size(), begin + words)});
  }
  return all;
}

void Gathering::sort(std::span<const Cut> cuts) {
  const std::size_t first = runs_.size();
  runs_.resize(first + cuts.size());
  std::vector<std::exception_ptr> failures(cuts.size());
  parallel_for(std::ssize(cuts), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      try {
        runs_[first + i] = sorted_run(tokens_, cuts[i], window_, bits_);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    }
  });
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

// Moves runs to the file if those in memory have become too large.
void Gathering::make_room() {
  std::size_t bytes = 0;
  for (const Run& run : runs_) bytes += run.sums.size() * sizeof(Sum);
  if (static_cast<std::int64_t>(bytes) < work_.limit() / 2) return;
  if (!file_) file_.emplace(work_.folder());
  for (Run& run : runs_) {
    if (run.sums.empty()) continue;
    run.offset = file_->append(std::as_bytes(std::span(run.sums)));
    run.sums = {};
  }
}

void Gathering::sort_all(const ngram::Report& report) {
  const std::vector<Cut> all = cuts();
  const auto at_once = static_cast<std::size_t>(threads());
  for (std::size_t i = 0; i < all.size(); i += at_once) {
    sort(std::span(all).subspan(i, std::min(at_once, all.size() - i)));
    make_room();
    if (report) {
      report("counting pairs", static_cast<double>(i) / static_cast<double>(all.size()));
    }
  }
}

// Gives each pair once, in order; how many there are.
std::uint64_t Gathering::merge(const std::function<void(const Sum&)>& take) const {
  const auto share = static_cast<std::size_t>(work_.limit()) / 4 / sizeof(Sum);
  const std::size_t buffer = std::clamp<std::size_t>(share / (runs_.size() + 1), 256, 1 << 16);
  std::vector<Reader> readers;
  for (const Run& run : runs_) {
    Reader reader(run, file_ ? &*file_ : nullptr, buffer);
    if (!reader.ended()) readers.push_back(std::move(reader));
  }
  const auto behind = [&](std::size_t a, std::size_t b) {
    return readers[a].sum().pair > readers[b].sum().pair;
  };
  std::vector<std::size_t> heap(readers.size());
  for (std::size_t i = 0; i < heap.size(); ++i) heap[i] = i;
  std::ranges::make_heap(heap, behind);
  std::uint64_t pairs = 0;
  Sum sum;
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, behind);
    Reader& least = readers[heap.back()];
    if (pairs == 0 || least.sum().pair != sum.pair) {
      if (pairs++ > 0) take(sum);
      sum = {least.sum().pair, 0};
    }
    sum.count += least.sum().count;
    least.next();
    if (least.ended()) {
      heap.pop_back();
    } else {
      std::ranges::push_heap(heap, behind);
    }
  }
  if (pairs > 0) take(sum);
  return pairs;
}

}  // namespace

ngram::Array<Cooccurrence> cooccurrences(const Corpus& corpus, std::int64_t window,
                                         const ngram::Workspace& work,
                                         const ngram::Report& report) {
  Gathering gathering(corpus, window, work);
  gathering.sort_all(report);
  const std::uint64_t count = gathering.merge([](const Sum&) {});
  require(count > 0, Exit::data,
          "no line of the text has two words of the vocabulary: there is nothing to learn from");
  ngram::Array<Cooccurrence> all(count, ngram::room_for(4 * count * sizeof(Cooccurrence), work));
  std::size_t at = 0;
  gathering.merge([&](const Sum& sum) { all[at++] = gathering.pair_of(sum); });
  return all;
}

}  // namespace dlt::embed
