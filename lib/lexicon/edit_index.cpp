#include "lexicon/edit_index.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/rng.h"

namespace dlt::lexicon {
namespace {

constexpr std::size_t prefix = 7;  // letters of a word that its keys are made of

std::uint64_t hash_of(std::u32string_view letters) {
  std::uint64_t hash = 0x9E3779B97F4A7C15;
  for (char32_t c : letters) hash = (hash ^ c) * 0x100000001B3;  // FNV-1a's step
  return mix(hash);
}

// Hashes of a string's beginning with up to `left` letters taken out, each once.
void add_keys(std::u32string_view text, int left, std::size_t from,
              std::vector<std::uint64_t>& keys) {
  keys.push_back(hash_of(text));
  if (left == 0) return;
  for (std::size_t i = from; i < text.size(); ++i) {
    std::array<char32_t, prefix> rest{};
    const auto end = std::copy(text.begin(), text.begin() + i, rest.begin());
    std::copy(text.begin() + i + 1, text.end(), end);
    add_keys({rest.data(), text.size() - 1}, left - 1, i, keys);
  }
}

void keys_of(std::u32string_view text, int edits, std::vector<std::uint64_t>& keys) {
  keys.clear();
  add_keys(text.substr(0, prefix), edits, 0, keys);
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace

int edit_distance(std::u32string_view a, std::u32string_view b, int limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > static_cast<std::size_t>(limit)) return limit + 1;
  std::array<int, 3 * (longest_word + 1)> here;
  std::vector<int> elsewhere(a.size() > longest_word ? 3 * (a.size() + 1) : 0);
  int* two_back = elsewhere.empty() ? here.data() : elsewhere.data();
  int* back = two_back + a.size() + 1;
  int* row = back + a.size() + 1;
  for (std::size_t i = 0; i <= a.size(); ++i) row[i] = static_cast<int>(i);
  for (std::size_t j = 1; j <= b.size(); ++j) {
    int* const oldest = two_back;
    two_back = back;
    back = row;
    row = oldest;
    int least = row[0] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
      const bool same = a[i - 1] == b[j - 1];
      int cost = std::min({back[i] + 1, row[i - 1] + 1, back[i - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost = std::min(cost, two_back[i - 2] + 1);
      }
      row[i] = cost;
      least = std::min(least, cost);
    }
    if (least > limit) return limit + 1;
  }
  return std::min(row[a.size()], limit + 1);
}

EditIndex::EditIndex(std::vector<std::u32string> words, int edits)
    : words_(std::move(words)), edits_(edits) {
  struct Entry {
    std::uint64_t key;
    std::uint32_t word;
  };
  std::vector<Entry> entries;
  std::vector<std::uint64_t> keys;
  for (std::uint32_t i = 0; i < words_.size(); ++i) {
    keys_of(words_[i], edits_, keys);
    for (std::uint64_t key : keys) entries.push_back({key, i});
  }
  const int bits = std::max(1, static_cast<int>(std::bit_width(entries.size())) - 1);
  shift_ = 64 - bits;
  begins_.assign((std::size_t{1} << bits) + 1, 0);
  for (const Entry& e : entries) ++begins_[e.key >> shift_];
  std::uint32_t total = 0;
  for (std::uint32_t& begin : begins_) begin = total += begin;
  entries_.resize(entries.size());
  for (const Entry& e : entries) entries_[--begins_[e.key >> shift_]] = e.word;
}

std::vector<EditIndex::Candidate> EditIndex::find(std::u32string_view text) const {
  if (text.size() > longest_word) return {};
  std::vector<std::uint64_t> keys;
  keys_of(text, edits_, keys);
  std::vector<std::uint32_t> near;
  for (std::uint64_t key : keys) {
    const std::size_t bucket = key >> shift_;
    near.insert(near.end(), entries_.begin() + begins_[bucket],
                entries_.begin() + begins_[bucket + 1]);
  }
  std::ranges::sort(near);
  near.erase(std::unique(near.begin(), near.end()), near.end());
  std::vector<Candidate> found;
  for (std::uint32_t index : near) {
    const int distance = edit_distance(text, words_[index], edits_);
    if (distance <= edits_) found.push_back({index, distance});
  }
  return found;
}

}  // namespace dlt::lexicon
