#include "text/tokenizer.h"

#include "base/file.h"
#include "text/bpe.h"
#include "text/byte_alphabet.h"
#include "text/chars.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

namespace dlt::text {
namespace {

bool is_bytes(const BpeModel& model) {  // as make_bytes() wrote it
  if (!model.merges.empty() || !model.added.empty() || model.tokens.size() != 256) return false;
  for (int byte = 0; byte < 256; ++byte) {
    if (model.tokens[byte] != symbol_of(static_cast<std::uint8_t>(byte))) return false;
  }
  return !model.add_prefix_space;
}

bool is_chars(const BpeModel& model) {
  for (const std::string& token : model.tokens) {
    if (token.empty()) return false;
  }
  return !model.byte_level;
}

}  // namespace

std::string Tokenizer::decode(const std::vector<std::int32_t>& ids) const {
  std::string text;
  for (std::int32_t id : ids) text += decode(id);
  return text;
}

std::unique_ptr<Tokenizer> load_tokenizer(const std::string& path) {
  BpeModel model = read_tokenizer_json(read_file(path, Exit::damaged), path);
  if (is_chars(model)) {
    std::vector<char32_t> characters;
    for (const std::string& token : model.tokens) {
      characters.push_back(code_point_at(token, 0).value);
    }
    return make_chars(std::move(characters));
  }
  require(model.byte_level, Exit::damaged,
          "{}: /model/vocab: the ids of a vocabulary of characters must be 0 .. {} without gaps",
          path, model.size() - 1);
  if (model.byte_level && is_bytes(model)) return make_bytes();
  return std::make_unique<Bpe>(std::move(model));
}

}  // namespace dlt::text
