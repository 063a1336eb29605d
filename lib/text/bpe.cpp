#include "text/bpe.h"

#include <algorithm>

#include "base/error.h"
#include "text/byte_alphabet.h"
#include "text/pre_split.h"
#include "text/utf8.h"

namespace dlt::text {
namespace {

using Ids = std::unordered_map<std::string, std::int32_t>;

Ids ids_by_spelling(const BpeModel& model) {
  Ids ids;
  for (std::size_t id = 0; id < model.tokens.size(); ++id) {
    if (!model.tokens[id].empty()) ids[model.tokens[id]] = static_cast<std::int32_t>(id);
  }
  return ids;
}

MergeTable merge_table(const BpeModel& model, const Ids& ids) {
  std::vector<std::int32_t> results;
  results.reserve(model.merges.size());
  for (const auto& [left, right] : model.merges) {
    results.push_back(ids.at(model.tokens[left] + model.tokens[right]));
  }
  return MergeTable(model.merges, results);
}

}  // namespace

Bpe::Bpe(BpeModel model) : model_(std::move(model)), bytes_(model_.size()) {
  Ids ids = ids_by_spelling(model_);
  for (std::size_t id = 0; id < model_.tokens.size(); ++id) {
    bytes_[id] = unspell(model_.tokens[id]).value_or(model_.tokens[id]);
  }
  for (const AddedToken& token : model_.added) {
    bytes_[token.id] = token.content;
    added_by_byte_[static_cast<unsigned char>(token.content[0])].push_back(&token);
  }
  for (auto& tokens : added_by_byte_) {
    std::ranges::stable_sort(tokens, std::greater<>(),
                             [](const AddedToken* t) { return t->content.size(); });
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto found = ids.find(std::string(symbol_of(static_cast<std::uint8_t>(byte))));
    byte_ids_[byte] = found == ids.end() ? -1 : found->second;
  }
  merges_ = merge_table(model_, ids);
  if (model_.ignore_merges) whole_words_ = std::move(ids);
}

std::vector<std::int32_t> Bpe::encode(std::string_view text) const {
  const std::unique_lock lock(cache_mutex_, std::try_to_lock);
  WordCache own;
  WordCache& cache = lock.owns_lock() ? cache_ : own;
  std::vector<std::int32_t> ids;
  ids.reserve(text.size() / 3 + 4);
  for (std::size_t at = 0; at < text.size();) {
    const Found found = next_added(text, at);
    if (found.at > at) encode_piece(text, at, found.at, cache, ids);
    at = found.at;
    if (found.token == nullptr) break;
    ids.push_back(found.token->id);
    at += found.token->content.size();
  }
  return ids;
}

// The leftmost added token, the longest of those that begin there.
Bpe::Found Bpe::next_added(std::string_view text, std::size_t from) const {
  if (model_.added.empty()) return {text.size(), nullptr};
  for (std::size_t at = from; at < text.size(); ++at) {
    for (const AddedToken* token : added_by_byte_[static_cast<unsigned char>(text[at])]) {
      if (text.substr(at).starts_with(token->content)) return {at, token};
    }
  }
  return {text.size(), nullptr};
}

void Bpe::encode_piece(std::string_view text, std::size_t begin, std::size_t end, WordCache& cache,
                       std::vector<std::int32_t>& ids) const {
  if (model_.add_prefix_space && text[begin] != ' ') {
    const std::string spaced = ' ' + std::string(text.substr(begin, end - begin));
    for (std::size_t at = 0; at < spaced.size();) {
      const std::size_t next = model_.split ? word_end(spaced, at) : spaced.size();
      encode_word(spaced, at, next, cache, ids);
      at = next;
    }
    return;
  }
  const std::string_view piece = text.substr(0, end);
  while (begin < end) {
    const std::size_t next = model_.split ? word_end(piece, begin) : end;
    encode_word(text, begin, next, cache, ids);
    begin = next;
  }
}

void Bpe::encode_word(std::string_view text, std::size_t begin, std::size_t end, WordCache& cache,
                      std::vector<std::int32_t>& ids) const {
  const std::string_view word = text.substr(begin, end - begin);
  if (const auto* known = cache.find(word)) {
    ids.insert(ids.end(), known->begin(), known->end());
    return;
  }
  std::vector<std::int32_t> symbols;
  merge_word(text, begin, end, symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
  cache.put(word, symbols);
}

void Bpe::merge_word(std::string_view text, std::size_t begin, std::size_t end,
                     std::vector<std::int32_t>& symbols) const {
  if (!whole_words_.empty()) {
    const auto found = whole_words_.find(spell(text.substr(begin, end - begin)));
    if (found != whole_words_.end()) {
      symbols.push_back(found->second);
      return;
    }
  }
  symbols.reserve(end - begin);
  for (std::size_t at = begin; at < end; ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte_ids_[byte] < 0) {
      const Place place = place_of(text, at);
      fail(Exit::data, "line {}, column {}: byte 0x{:02X} is not in the tokenizer's vocabulary",
           place.line, place.column, byte);
    }
    symbols.push_back(byte_ids_[byte]);
  }
  merges_.apply(symbols);
}

std::string Bpe::decode(std::int32_t id) const {
  require(id >= 0 && id < size(), Exit::data, "token id {} is outside the vocabulary, 0 .. {}", id,
          size() - 1);
  return bytes_[id];
}

}  // namespace dlt::text
