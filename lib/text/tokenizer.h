#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Text to token ids and back.
namespace dlt::text {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  virtual std::string_view name() const = 0;  // "bytes", "chars", "bpe"
  virtual std::int64_t size() const = 0;      // ids are 0 .. size() - 1
  // A character outside the vocabulary is an Error (Exit::data) that names it and its place. May be
  // called from several threads.
  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  // The bytes that a sequence of ids stands for. One id may be part of a character only.
  virtual std::string decode(std::int32_t id) const = 0;
  // A Hugging Face tokenizer.json (formats: byte-level BPE; bytes and characters written as BPE
  // without merges), loadable by transformers.
  virtual std::string json() const = 0;

  std::string decode(const std::vector<std::int32_t>& ids) const;
};

// Reads what json() wrote, and any byte-level BPE tokenizer.json of Hugging Face's. Exit::damaged
// with file and JSON pointer where it is not one.
std::unique_ptr<Tokenizer> load_tokenizer(const std::string& path);

std::unique_ptr<Tokenizer> make_bytes();                         // 256 ids
std::unique_ptr<Tokenizer> make_chars(std::string_view corpus);  // code points, sorted

struct BpeSettings {
  std::int64_t vocab_size = 8192;
  std::int64_t min_frequency = 2;
  std::vector<std::string> special_tokens = {"<|endoftext|>"};
};
// Byte-level BPE with Hugging Face's merge order: ties go to the smaller (left id, right id). Ids:
// special tokens, 256 bytes by code point of their symbols, merges. Learns line by line, as Hugging
// Face does from files. May stay below vocab_size. Exit::usage where the settings are impossible.
std::unique_ptr<Tokenizer> train_bpe(std::string_view corpus, const BpeSettings& settings);

// Throws Exit::data naming file, line and column where `text` is not UTF-8, or holds a NUL byte
// (then it is likely a binary file), or is empty.
void check_text(std::string_view text, const std::string& file);

}  // namespace dlt::text
