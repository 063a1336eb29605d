#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dlt::text {

// Text that is one token wherever it stands: cut out before anything else looks at the text.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool special = true;
};

using Merge = std::pair<std::int32_t, std::int32_t>;  // ids of the left and the right token

// What a Hugging Face tokenizer.json of model type BPE says, as far as dlt honours it.
struct BpeModel {
  std::vector<std::string> tokens;  // by id, as spelled in the file; "" where the model has none
  std::vector<Merge> merges;        // earliest first; the two spellings joined are a token
  std::vector<AddedToken> added;
  bool byte_level = true;         // false: tokens are characters, there are no merges
  bool split = true;              // GPT-2's split into words (byte level only)
  bool add_prefix_space = false;  // a space before text that begins with none (byte level only)
  bool ignore_merges = false;     // a whole word that is a token is taken as such

  std::int64_t size() const;  // one more than the largest id, added tokens included
};

std::string write_tokenizer_json(const BpeModel& model);
// `path` is for messages. Errors: Exit::damaged, "file: /json/pointer: what is wrong".
BpeModel read_tokenizer_json(const std::string& text, const std::string& path);

}  // namespace dlt::text
