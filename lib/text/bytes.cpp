#include "base/error.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"

namespace dlt::text {
namespace {

class Bytes final : public Tokenizer {
 public:
  std::string_view name() const override { return "bytes"; }
  std::int64_t size() const override { return 256; }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    ids.reserve(text.size());
    for (char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }

  using Tokenizer::decode;
  std::string decode(std::int32_t id) const override {
    require(id >= 0 && id < 256, Exit::data, "token id {} is not a byte, 0 .. 255", id);
    return std::string(1, static_cast<char>(id));
  }

  std::string json() const override {
    BpeModel model;
    for (int byte = 0; byte < 256; ++byte) {
      model.tokens.emplace_back(symbol_of(static_cast<std::uint8_t>(byte)));
    }
    return write_tokenizer_json(model);
  }
};

}  // namespace

std::unique_ptr<Tokenizer> make_bytes() { return std::make_unique<Bytes>(); }

}  // namespace dlt::text
