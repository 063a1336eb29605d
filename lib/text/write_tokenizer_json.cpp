#include <algorithm>
#include <nlohmann/json.hpp>

#include "text/tokenizer_json.h"

// By hand, not through a JSON object: ids stay in order, one token a line.
namespace dlt::text {
namespace {

std::string json_text(std::string_view text) { return nlohmann::json(text).dump(); }

std::string_view boolean(bool value) { return value ? "true" : "false"; }

std::string added_tokens(const BpeModel& model) {
  std::string out;
  for (const AddedToken& t : model.added) {
    out += out.empty() ? "\n" : ",\n";
    out += "    {\"id\": " + std::to_string(t.id) + ", \"content\": " + json_text(t.content) +
           ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
           "\"normalized\": false, \"special\": ";
    out.append(boolean(t.special)) += '}';
  }
  return out.empty() ? "[]" : "[" + out + "\n  ]";
}

std::string byte_level(bool prefix_space, bool use_regex) {
  std::string out = R"({"type": "ByteLevel", "add_prefix_space": )";
  out.append(boolean(prefix_space)) += R"(, "trim_offsets": true, "use_regex": )";
  out.append(boolean(use_regex)) += '}';
  return out;
}

std::string vocabulary(const BpeModel& model) {
  std::string out;
  for (std::size_t id = 0; id < model.tokens.size(); ++id) {
    if (model.tokens[id].empty()) continue;
    out += out.empty() ? "\n" : ",\n";
    out += "      " + json_text(model.tokens[id]) + ": " + std::to_string(id);
  }
  return out.empty() ? "{}" : "{" + out + "\n    }";
}

// "left right" as older readers want it; pairs only where a token holds a space itself.
std::string merge_list(const BpeModel& model) {
  const auto has_space = [&](std::int32_t id) {
    return model.tokens[id].find(' ') != std::string::npos;
  };
  const bool pairs = std::ranges::any_of(
      model.merges, [&](const Merge& m) { return has_space(m.first) || has_space(m.second); });
  std::string out;
  for (const auto& [left, right] : model.merges) {
    const std::string &a = model.tokens[left], &b = model.tokens[right];
    out += out.empty() ? "\n      " : ",\n      ";
    out += pairs ? nlohmann::json{a, b}.dump() : json_text(std::string(a).append(" ").append(b));
  }
  return out.empty() ? "[]" : "[" + out + "\n    ]";
}

}  // namespace

std::int64_t BpeModel::size() const {
  auto size = static_cast<std::int64_t>(tokens.size());
  for (const AddedToken& t : added) size = std::max<std::int64_t>(size, t.id + 1);
  return size;
}

std::string write_tokenizer_json(const BpeModel& model) {
  std::string out = "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n";
  out += "  \"added_tokens\": " + added_tokens(model) + ",\n  \"normalizer\": null,\n";
  out += "  \"pre_tokenizer\": " +
         (model.byte_level ? byte_level(model.add_prefix_space, model.split) : "null") + ",\n";
  out += "  \"post_processor\": null,\n  \"decoder\": " +
         (model.byte_level ? byte_level(true, true) : R"({"type": "Fuse"})") + ",\n";
  out +=
      "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n";
  out += "    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n";
  out += "    \"fuse_unk\": false,\n    \"byte_fallback\": false,\n    \"ignore_merges\": ";
  out += boolean(model.ignore_merges);
  out += ",\n    \"vocab\": " + vocabulary(model) + ",\n    \"merges\": " + merge_list(model);
  return out + "\n  }\n}\n";
}

}  // namespace dlt::text
