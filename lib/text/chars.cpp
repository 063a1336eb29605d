#include "text/chars.h"

#include <algorithm>

#include "base/error.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

namespace dlt::text {
namespace {

class Chars final : public Tokenizer {
 public:
  explicit Chars(std::vector<char32_t> characters) : characters_(std::move(characters)) {
    if (!characters_.empty()) ids_.assign(std::ranges::max(characters_) + 1, -1);
    for (std::size_t id = 0; id < characters_.size(); ++id) {
      ids_[characters_[id]] = static_cast<std::int32_t>(id);
    }
  }

  std::string_view name() const override { return "chars"; }
  std::int64_t size() const override { return static_cast<std::int64_t>(characters_.size()); }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    ids.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint c = code_point_at(text, at);
      const bool known = c.state == Utf8::whole && c.value < ids_.size() && ids_[c.value] >= 0;
      if (!known) refuse(text, at, c);
      ids.push_back(ids_[c.value]);
      at += static_cast<std::size_t>(c.bytes);
    }
    return ids;
  }

  using Tokenizer::decode;
  std::string decode(std::int32_t id) const override {
    require(id >= 0 && id < size(), Exit::data, "token id {} is outside the vocabulary, 0 .. {}",
            id, size() - 1);
    return utf8(characters_[id]);
  }

  std::string json() const override {
    BpeModel model;
    model.byte_level = false;
    for (char32_t c : characters_) model.tokens.push_back(utf8(c));
    return write_tokenizer_json(model);
  }

 private:
  [[noreturn]] void refuse(std::string_view text, std::size_t at, CodePoint c) const {
    const Place place = place_of(text, at);
    require(c.state == Utf8::whole, Exit::data, "line {}, column {}: byte 0x{:02X} is not UTF-8",
            place.line, place.column, static_cast<unsigned char>(text[at]));
    fail(Exit::data,
         "line {}, column {}: the character '{}' (U+{:04X}) is not among the {} of the "
         "vocabulary, which are those of the text it was made from",
         place.line, place.column, utf8(c.value), static_cast<std::uint32_t>(c.value), size());
  }

  std::vector<char32_t> characters_;
  std::vector<std::int32_t> ids_;  // by code point; -1: not in the vocabulary
};

}  // namespace

std::unique_ptr<Tokenizer> make_chars(std::vector<char32_t> characters) {
  return std::make_unique<Chars>(std::move(characters));
}

std::unique_ptr<Tokenizer> make_chars(std::string_view corpus) {
  std::vector<bool> seen(0x110000);
  for (std::size_t at = 0; at < corpus.size();) {
    const CodePoint c = code_point_at(corpus, at);
    if (c.state != Utf8::whole) check_text(corpus, "corpus");
    seen[c.value] = true;
    at += static_cast<std::size_t>(c.bytes);
  }
  std::vector<char32_t> characters;
  for (char32_t c = 0; c < seen.size(); ++c) {
    if (seen[c]) characters.push_back(c);
  }
  return make_chars(std::move(characters));
}

}  // namespace dlt::text
