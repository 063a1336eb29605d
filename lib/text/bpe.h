#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "text/merge_table.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"
#include "text/word_cache.h"

namespace dlt::text {

// Byte-level BPE (Radford et al. 2019). Any bytes at all survive encode and decode.
class Bpe final : public Tokenizer {
 public:
  explicit Bpe(BpeModel model);

  std::string_view name() const override { return "bpe"; }
  std::int64_t size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  std::vector<std::int32_t> encode(std::string_view text) const override;
  using Tokenizer::decode;
  std::string decode(std::int32_t id) const override;
  std::string json() const override { return write_tokenizer_json(model_); }

 private:
  struct Found {
    std::size_t at;
    const AddedToken* token;  // nullptr: none, `at` is the end
  };

  Found next_added(std::string_view text, std::size_t from) const;
  void encode_piece(std::string_view text, std::size_t begin, std::size_t end, WordCache& cache,
                    std::vector<std::int32_t>& ids) const;
  void encode_word(std::string_view text, std::size_t begin, std::size_t end, WordCache& cache,
                   std::vector<std::int32_t>& ids) const;
  void merge_word(std::string_view text, std::size_t begin, std::size_t end,
                  std::vector<std::int32_t>& symbols) const;

  BpeModel model_;
  std::vector<std::string> bytes_;            // by id: what it stands for
  std::array<std::int32_t, 256> byte_ids_{};  // -1: the vocabulary lacks this byte
  std::array<std::vector<const AddedToken*>, 256> added_by_byte_;  // longest first
  std::unordered_map<std::string, std::int32_t> whole_words_;      // only with ignore_merges
  MergeTable merges_;
  // Never changes a result, only the time. A call that finds it busy works with one of its own.
  mutable std::mutex cache_mutex_;
  mutable WordCache cache_;
};

}  // namespace dlt::text
