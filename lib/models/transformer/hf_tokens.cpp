#include "models/transformer/hf_tokens.h"

#include <nlohmann/json.hpp>

namespace dlt::models {
namespace {

using nlohmann::json, nlohmann::ordered_json;

std::optional<HfToken> first_of(const json& added, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    for (const json& token : added) {
      if (token.at("content") == name) return HfToken{token.at("id"), std::string(name)};
    }
  }
  return std::nullopt;
}

ordered_json content(const std::optional<HfToken>& token) {
  return token ? ordered_json(token->content) : ordered_json();
}

}  // namespace

HfTokens special_tokens(const text::Tokenizer& tokenizer) {
  if (!has_file(tokenizer)) return {};
  const json added = json::parse(tokenizer.json()).value("added_tokens", json::array());
  return {first_of(added, {"<s>", "<|begin_of_text|>", "<|endoftext|>"}),
          first_of(added, {"</s>", "<|end_of_text|>", "<|endoftext|>"})};
}

bool has_file(const text::Tokenizer& tokenizer) { return tokenizer.name() != "ids"; }

std::string tokenizer_config(const HfTokens& special, std::int64_t context) {
  ordered_json j;
  j["tokenizer_class"] = "PreTrainedTokenizerFast";
  j["bos_token"] = content(special.begin);
  j["eos_token"] = content(special.end);
  j["unk_token"] = nullptr;
  j["pad_token"] = nullptr;
  j["model_max_length"] = context;
  j["add_prefix_space"] = false;
  j["clean_up_tokenization_spaces"] = false;
  return j.dump(2) + "\n";
}

std::string special_tokens_map(const HfTokens& special) {
  ordered_json j = ordered_json::object();
  if (special.begin) j["bos_token"] = special.begin->content;
  if (special.end) j["eos_token"] = special.end->content;
  return j.dump(2) + "\n";
}

std::string generation_config(const HfTokens& special) {
  ordered_json j;
  j["bos_token_id"] = special.begin ? ordered_json(special.begin->id) : ordered_json();
  j["eos_token_id"] = special.end ? ordered_json(special.end->id) : ordered_json();
  return j.dump(2) + "\n";
}

}  // namespace dlt::models
