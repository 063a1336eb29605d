#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/error.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

namespace dlt::text {
namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

constexpr std::int64_t largest_id = (1 << 24) - 1;  // a larger one would only be a damaged file

class Source {
 public:
  explicit Source(const std::string& path) : path_(path) {}

  void require(bool ok, const Pointer& where, const std::string& what) const {
    if (!ok) fail(where, what);
  }
  [[noreturn]] void fail(const Pointer& where, const std::string& what) const {
    dlt::fail(Exit::damaged, "{}: {}: {}", path_, where.to_string(), what);
  }

  Json parse(const std::string& text) const {
    try {
      return Json::parse(text);
    } catch (const Json::parse_error& e) {
      const Place at = place_of(text, std::min(text.size(), e.byte > 0 ? e.byte - 1 : 0));
      dlt::fail(Exit::damaged, "{}:{}:{}: this is not JSON; a tokenizer.json is needed", path_,
                at.line, at.column);
    }
  }

 private:
  const std::string& path_;
};

const Json& member(const Json& object, const std::string& key) {  // null where there is none
  static const Json null;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : null;
}

std::string type_of(const Json& part) {
  const Json& type = member(part, "type");
  return type.is_string() ? type.get<std::string>() : part.is_null() ? "" : part.dump();
}

bool flag(const Source& source, const Json& part, const Pointer& at, const char* key,
          bool otherwise) {
  const Json& value = member(part, key);
  source.require(value.is_null() || value.is_boolean(), at / key, "true or false is needed");
  return value.is_null() ? otherwise : value.get<bool>();
}

void read_pipeline(const Source& source, const Json& root, BpeModel& model) {
  source.require(member(root, "normalizer").is_null(), Pointer("/normalizer"),
                 "normalizers are not supported; only null is");
  const Json& split = member(root, "pre_tokenizer");
  const Pointer at("/pre_tokenizer");
  model.byte_level = !split.is_null();
  source.require(split.is_null() || type_of(split) == "ByteLevel", at,
                 "pre-tokenizer " + type_of(split) + " is not supported; ByteLevel and null are");
  model.split = flag(source, split, at, "use_regex", true);
  model.add_prefix_space = flag(source, split, at, "add_prefix_space", true);
  const Json& decoder = member(root, "decoder");
  const std::string needed = model.byte_level ? "ByteLevel" : "Fuse";
  source.require(
      decoder.is_null() || type_of(decoder) == needed, Pointer("/decoder"),
      "decoder " + type_of(decoder) + " is not supported here; " + needed + " and null are");
}

void check_settings(const Source& source, const Json& bpe) {
  const Pointer at("/model");
  source.require(bpe.is_object(), at, "there is no model; a BPE model is needed");
  source.require(type_of(bpe) == "BPE" || !bpe.contains("type"), at / "type",
                 "model type " + type_of(bpe) + " is not supported; only BPE is");
  const Json& dropout = member(bpe, "dropout");
  source.require(dropout.is_null() || dropout == 0, at / "dropout",
                 "dropout is not supported; only null and 0 are");
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const Json& value = member(bpe, key);
    source.require(value.is_null() || value == Json(""), at / key, "only null is supported");
  }
  source.require(!flag(source, bpe, at, "byte_fallback", false), at / "byte_fallback",
                 "only false is supported");
}

std::int32_t read_id(const Source& source, const Json& value, const Pointer& at) {
  source.require(
      value.is_number_integer() && value >= 0 && value <= largest_id, at,
      "an id is a whole number 0 .. " + std::to_string(largest_id) + ", not " + value.dump());
  return value.get<std::int32_t>();
}

using Ids = std::unordered_map<std::string, std::int32_t>;

Ids read_vocabulary(const Source& source, const Json& vocab, BpeModel& model) {
  const Pointer at("/model/vocab");
  source.require(vocab.is_object(), at, "an object of tokens and their ids is needed");
  Ids ids;
  for (const auto& [token, value] : vocab.items()) {
    const std::int32_t id = read_id(source, value, at / token);
    source.require(!token.empty(), at / token, "a token cannot be empty");
    if (static_cast<std::size_t>(id) >= model.tokens.size()) model.tokens.resize(id + 1);
    source.require(model.tokens[id].empty(), at / token,
                   "id " + std::to_string(id) + " is taken by '" + model.tokens[id] + "' already");
    model.tokens[id] = token;
    ids[token] = id;
  }
  return ids;
}

std::pair<std::string, std::string> halves(const Source& source, const Json& merge,
                                           const Pointer& at) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0], merge[1]};
  }
  const std::string text = merge.is_string() ? merge.get<std::string>() : "";
  const std::size_t space = text.find(' ');
  source.require(space != text.npos && space == text.rfind(' '), at,
                 "a merge is \"left right\" or [\"left\", \"right\"], not " + merge.dump());
  return {text.substr(0, space), text.substr(space + 1)};
}

void read_merges(const Source& source, const Json& merges, const Ids& ids, BpeModel& model) {
  source.require(merges.is_array(), Pointer("/model/merges"), "a list of merges is needed");
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const Pointer at = Pointer("/model/merges") / i;
    const auto [left, right] = halves(source, merges[i], at);
    for (const std::string& token : {left, right, left + right}) {
      source.require(ids.contains(token), at, "token '" + token + "' is not in the vocabulary");
    }
    model.merges.emplace_back(ids.at(left), ids.at(right));
  }
}

void read_added(const Source& source, const Json& list, const Ids& ids, BpeModel& model) {
  source.require(list.is_null() || list.is_array(), Pointer("/added_tokens"), "a list is needed");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Pointer at = Pointer("/added_tokens") / i;
    const Json& content = member(list[i], "content");
    source.require(content.is_string() && content != Json(""), at / "content", "a text is needed");
    for (const char* key : {"single_word", "lstrip", "rstrip"}) {
      source.require(!flag(source, list[i], at, key, false), at / key, "only false is supported");
    }
    AddedToken token;
    token.content = content.get<std::string>();
    token.id = read_id(source, member(list[i], "id"), at / "id");
    token.special = flag(source, list[i], at, "special", false);
    const auto known = ids.find(token.content);
    source.require(known == ids.end() || known->second == token.id, at / "id",
                   "'" + token.content + "' has another id in the vocabulary");
    const bool taken = known == ids.end() &&
                       static_cast<std::size_t>(token.id) < model.tokens.size() &&
                       !model.tokens[token.id].empty();
    source.require(!taken, at / "id",
                   "id " + std::to_string(token.id) + " is that of another token");
    model.added.push_back(std::move(token));
  }
}

void check_characters(const Source& source, const BpeModel& model) {
  source.require(model.merges.empty(), Pointer("/pre_tokenizer"),
                 "only ByteLevel is supported for a vocabulary with merges");
  source.require(model.added.empty(), Pointer("/added_tokens"),
                 "a vocabulary of characters cannot have any");
  for (const std::string& token : model.tokens) {
    if (token.empty()) continue;
    const CodePoint c = code_point_at(token, 0);
    source.require(static_cast<std::size_t>(c.bytes) == token.size(),
                   Pointer("/model/vocab") / token,
                   "only single characters are supported where the pre-tokenizer is null");
  }
}

// Where bytes are missing, Hugging Face puts unk_token; dlt says which character is missing.
void check_unknown(const Source& source, const Json& bpe, const Ids& ids, bool byte_level) {
  const Json& unknown = member(bpe, "unk_token");
  if (unknown.is_null()) return;
  bool whole = byte_level;
  for (int byte = 0; byte < 256 && whole; ++byte) {
    whole = ids.contains(std::string(symbol_of(static_cast<std::uint8_t>(byte))));
  }
  source.require(whole, Pointer("/model/unk_token"),
                 "only null is supported for a vocabulary that lacks some bytes");
}

}  // namespace

BpeModel read_tokenizer_json(const std::string& text, const std::string& path) {
  const Source source(path);
  const Json root = source.parse(text);
  source.require(root.is_object(), Pointer(), "a tokenizer.json is an object");
  BpeModel model;
  const Json& bpe = member(root, "model");
  check_settings(source, bpe);
  read_pipeline(source, root, model);
  model.ignore_merges = flag(source, bpe, Pointer("/model"), "ignore_merges", false);
  const Ids ids = read_vocabulary(source, member(bpe, "vocab"), model);
  read_merges(source, member(bpe, "merges"), ids, model);
  read_added(source, member(root, "added_tokens"), ids, model);
  source.require(model.size() > 0, Pointer("/model/vocab"), "the vocabulary is empty");
  check_unknown(source, bpe, ids, model.byte_level);
  if (!model.byte_level) check_characters(source, model);
  return model;
}

}  // namespace dlt::text
