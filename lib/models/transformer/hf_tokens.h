#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "text/tokenizer.h"

namespace dlt::models {

struct HfToken {
  std::int64_t id;
  std::string content;
};

// The tokens that begin and end a text, if the vocabulary has them: "<|endoftext|>" is both.
struct HfTokens {
  std::optional<HfToken> begin, end;
};
HfTokens special_tokens(const text::Tokenizer& tokenizer);

// Whether there is a tokenizer.json to write: plain ids have none.
bool has_file(const text::Tokenizer& tokenizer);

// The small files beside tokenizer.json, as JSON text.
std::string tokenizer_config(const HfTokens& special, std::int64_t context);
std::string special_tokens_map(const HfTokens& special);
std::string generation_config(const HfTokens& special);

}  // namespace dlt::models
