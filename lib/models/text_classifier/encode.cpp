#include "models/text_classifier/encode.h"

#include "data/labelled_text.h"

namespace dlt::models {
namespace {

// FNV-1a of the bytes as fastText takes them: signed.
std::uint32_t word_hash(std::string_view word) {
  std::uint32_t hash = 2166136261u;
  for (const char c : word) {
    hash = (hash ^ static_cast<std::uint32_t>(static_cast<signed char>(c))) * 16777619u;
  }
  return hash;
}

std::uint64_t extended(std::uint32_t hash) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(hash)));
}

}  // namespace

IdLists::Bags IdLists::chosen(std::span<const std::int64_t> members) const {
  std::vector<std::int32_t> ids, first;
  for (const std::int64_t m : members) {
    first.push_back(static_cast<std::int32_t>(ids.size()));
    const auto at = static_cast<std::size_t>(m);
    ids.insert(ids.end(), ids_.begin() + ends_[at], ids_.begin() + ends_[at + 1]);
  }
  const std::int64_t n = std::ssize(ids), bags = std::ssize(first);
  return {Indices({n}, std::move(ids)), Indices({bags}, std::move(first))};
}

TextEncoder::TextEncoder(const std::vector<std::string>& words, std::int64_t ngrams,
                         std::int64_t buckets)
    : ngrams_(ngrams), buckets_(static_cast<std::uint64_t>(buckets)) {
  ids_.reserve(words.size());
  for (const std::string& word : words) ids_.emplace(word, static_cast<std::int32_t>(ids_.size()));
}

std::int64_t TextEncoder::find(std::string_view word) const {
  const auto at = ids_.find(word);
  return at == ids_.end() ? -1 : at->second;
}

// N-grams are hashed as fastText's wordNgrams, words that are not in the vocabulary with them.
void TextEncoder::add(std::string_view text, EncodedTexts& to) const {
  const auto words = data::words_of(text);
  std::vector<std::int32_t> ids, grams;
  std::vector<std::uint32_t> hashes;
  for (const std::string_view word : words) {
    if (const std::int64_t id = find(word); id >= 0) ids.push_back(static_cast<std::int32_t>(id));
    if (ngrams_ > 1) hashes.push_back(word_hash(word));
  }
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::uint64_t hash = extended(hashes[i]);
    for (std::size_t j = i + 1; j < hashes.size() && j < i + static_cast<std::size_t>(ngrams_);
         ++j) {
      hash = hash * 116049371u + extended(hashes[j]);
      grams.push_back(static_cast<std::int32_t>(hash % buckets_));
    }
  }
  to.words.add(ids);
  to.grams.add(grams);
}

}  // namespace dlt::models
