#include "ngram/sort_keys.h"

#include <algorithm>

#include "base/parallel.h"
#include "ngram/array.h"
#include "ngram/each_in_turn.h"
#include "ngram/radix_sort.h"

namespace dlt::ngram {
namespace {

// Calls take(id, word before it, event) for the ids of a stretch; event: false in the context.
template <class Take>
void each_event(const Stretch& stretch, const Take& take) {
  WordId before = sentence_begin;
  for (std::size_t i = 0; i < stretch.ids.size(); ++i) {
    const WordId id = stretch.ids[i];
    take(id, before, i >= stretch.context);
    before = id == sentence_end ? sentence_begin : id;
  }
}

// Where the n-grams of each group of stretches go: places[group][part], one behind the other.
using Places = std::vector<std::vector<std::size_t>>;

std::pair<std::size_t, std::size_t> group(std::size_t g, const Places& places, std::size_t n) {
  return {g * n / places.size(), (g + 1) * n / places.size()};
}

// The first place of each part and the end of the last; `places` as scatter() needs it.
std::vector<std::size_t> find_places(const std::vector<Stretch>& text, const Partition& partition,
                                     Places& places) {
  each_in_turn(static_cast<std::int64_t>(places.size()), [&](int, std::int64_t g) {
    std::vector<std::size_t> counts(partition.size());
    const auto [begin, end] = group(static_cast<std::size_t>(g), places, text.size());
    for (std::size_t s = begin; s < end; ++s) {
      each_event(text[s], [&](WordId id, WordId before, bool event) {
        counts[partition.part(id, before)] += event ? 1 : 0;
      });
    }
    places[g] = std::move(counts);
  });
  std::vector<std::size_t> begins;
  std::size_t sum = 0;
  for (std::uint32_t p = 0; p < partition.size(); ++p) {
    begins.push_back(sum);
    for (auto& place : places) sum += std::exchange(place[p], sum);
  }
  begins.push_back(sum);
  return begins;
}

template <int Limbs>
void scatter(std::vector<Stretch>& text, const KeyLayout& layout, const Partition& partition,
             Places& places, Key<Limbs>* keys) {
  Key<Limbs> start;
  layout.push(start, sentence_begin);
  each_in_turn(static_cast<std::int64_t>(places.size()), [&](int, std::int64_t g) {
    auto& place = places[g];
    const auto [begin, end] = group(static_cast<std::size_t>(g), places, text.size());
    for (std::size_t s = begin; s < end; ++s) {
      Key<Limbs> key = start;
      each_event(text[s], [&](WordId id, WordId before, bool event) {
        layout.push(key, id);
        if (event) keys[place[partition.part(id, before)]++] = key;
        if (id == sentence_end) key = start;
      });
      text[s] = {};
    }
  });
}

template <int Limbs>
void write_part(const Key<Limbs>* keys, std::size_t n, const KeyLayout& layout, RunWriter& out) {
  out.clear();
  Key<Limbs> last;
  for (std::size_t i = 0; i < n;) {
    const Key<Limbs> key = keys[i];
    const std::size_t begin = i;
    while (++i < n && keys[i] == key) continue;
    const std::uint64_t count = i - begin;
    int j = begin == 0 ? 0 : layout.shared(key, last);
    out.begin(j, count);
    WordId word = layout.word(key, j);
    out.number(word - (begin == 0 ? 0 : layout.word(last, j)));
    while (++j < layout.order && word != sentence_begin + 1) {
      out.number(word = layout.word(key, j));
    }
    out.end(count);
    last = key;
  }
}

template <int Limbs>
void sort_limbs(std::vector<Stretch>& text, const KeyLayout& layout, const Partition& partition,
                Runs& runs, const std::function<void(double)>& progress) {
  constexpr std::size_t groups_a_thread = 8;
  Places places(std::min(text.size(), groups_a_thread * static_cast<std::size_t>(threads())));
  const auto begins = find_places(text, partition, places);
  Array<Key<Limbs>> keys(begins.back(), {});
  scatter(text, layout, partition, places, keys.data());
  text = {};
  std::size_t most = 0;
  for (std::size_t p = 0; p + 1 < begins.size(); ++p) {
    most = std::max(most, begins[p + 1] - begins[p]);
  }
  struct Desk {  // of a thread
    Array<Key<Limbs>> other;
    RunWriter out;
  };
  std::vector<Desk> desks(static_cast<std::size_t>(threads()));
  runs.begin();
  each_in_turn(
      partition.size(),
      [&](int slot, std::int64_t p) {
        Desk& desk = desks[static_cast<std::size_t>(slot)];
        if (desk.other.empty()) desk.other = Array<Key<Limbs>>(most, {});
        const std::size_t n = begins[p + 1] - begins[p];
        const auto* sorted = radix_sort(keys.data() + begins[p], desk.other.data(), n);
        write_part(sorted, n, layout, desk.out);
        runs.put(static_cast<std::uint32_t>(p), desk.out.bytes());
      },
      progress);
}

}  // namespace

std::size_t sort_bytes(const KeyLayout& layout) {
  // An id, a key, and what is still to come: the parts being sorted, the result.
  return sizeof(WordId) + static_cast<std::size_t>(layout.limbs()) * sizeof(std::uint64_t) + 8;
}

void sort_run(std::vector<Stretch>& text, const KeyLayout& layout, const Partition& partition,
              Runs& runs, const std::function<void(double)>& progress) {
  switch (layout.limbs()) {
    case 1:
      return sort_limbs<1>(text, layout, partition, runs, progress);
    case 2:
      return sort_limbs<2>(text, layout, partition, runs, progress);
    case 3:
      return sort_limbs<3>(text, layout, partition, runs, progress);
    case 4:
      return sort_limbs<4>(text, layout, partition, runs, progress);
    default:
      return sort_limbs<5>(text, layout, partition, runs, progress);
  }
}

}  // namespace dlt::ngram
