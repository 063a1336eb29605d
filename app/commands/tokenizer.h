#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlt::app {

struct TokenizerTrainOptions {
  std::vector<std::string> files;  // UTF-8 text
  std::string kind = "bpe";        // bpe, chars or bytes
  std::int64_t vocab_size = 8192, min_frequency = 2;
  std::vector<std::string> special_tokens = {"<|endoftext|>"};
  std::string out;  // the tokenizer.json to write
};
void tokenizer_train(const TokenizerTrainOptions& options);

struct TokenizerEncodeOptions {
  std::string tokenizer;            // a tokenizer.json
  std::optional<std::string> text;  // what to encode; else the file; else stdin
  std::string file;
  bool json = false;  // one list of the ids of the whole text, line ends included
};
// Prints the ids of each line (without its end), separated by spaces, as one line.
void tokenizer_encode(const TokenizerEncodeOptions& options);

struct TokenizerDecodeOptions {
  std::string tokenizer;         // a tokenizer.json
  std::vector<std::string> ids;  // else lines of ids from stdin
};
// Prints the text of each line of ids as one line. Takes what encode prints, lists in JSON too.
void tokenizer_decode(const TokenizerDecodeOptions& options);

}  // namespace dlt::app
