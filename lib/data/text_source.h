#pragma once

#include <memory>
#include <string>

#include "base/registry.h"
#include "config/reader.h"
#include "data/tokens.h"

namespace dlt::data {

struct TokenizerConfig {
  std::string name = "bytes";  // chars, bpe, file, ids
  std::int64_t vocab_size = 8192;
  std::int64_t min_frequency = 2;
  std::string path;  // of a tokenizer.json, for file

  static TokenizerConfig read(config::Reader& r) { return read_or(r, "bytes"); }
  static TokenizerConfig read_or(config::Reader& r, std::string_view name);  // its default
};

// `data` of a language model's config: text files, how to split and how to tokenize them.
struct TextConfig {
  std::string train;            // a UTF-8 text file
  std::string valid;            // another; empty: the last part of `train`
  double valid_fraction = 0.1;  // of the bytes of `train`, where `valid` is empty
  TokenizerConfig tokenizer;

  static TextConfig read(config::Reader& r);
};

using MakeTokenizer = std::unique_ptr<text::Tokenizer> (*)(const TextConfig& config);
const Registry<MakeTokenizer>& tokenizers();
const Registry<TextConfig (*)(config::Reader&)>& text_sets();  // "text" alone

// Makes, trains on the training text, or loads the tokenizer that a config asks for.
std::unique_ptr<text::Tokenizer> make_tokenizer(const TextConfig& config);

// Ids without text, for models that came without a tokenizer: "12 5 7" is three tokens.
std::unique_ptr<text::Tokenizer> make_ids(std::int64_t vocab);

struct TextTokens {
  Tokens tokens;
  std::int64_t bytes = 0;
};

struct TextSplit {
  Tokens train, valid;
  std::int64_t valid_bytes = 0;  // of text behind `valid`
};
// Token files of tokenizers other than bytes are looked for and kept in `folder`; "": in memory.
TextSplit open_text(const TextConfig& config, const text::Tokenizer& tokenizer,
                    const std::string& folder);
void keep_tokens(TextSplit& split, const std::string& folder);  // that are in memory

// The held-out part alone.
TextTokens open_held_out(const TextConfig& config, const text::Tokenizer& tokenizer);

// A whole file; `name` is what asked for it, for the messages: "--data".
TextTokens read_text(std::string_view name, const std::string& path,
                     const text::Tokenizer& tokenizer);

}  // namespace dlt::data
