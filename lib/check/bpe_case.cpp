#include "check/bpe_case.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "text/tokenizer.h"

namespace dlt::check {
namespace {

using Json = nlohmann::json;

Outcome outcome(std::string name, std::string difference) {
  const bool passed = difference.empty();
  return {std::move(name), passed, passed ? 0.0 : 1.0, std::move(difference)};
}

// "token 3 is 5, not 7" or "there are 10 tokens, not 12".
std::string first_difference(const std::vector<std::int32_t>& got,
                             const std::vector<std::int32_t>& wanted) {
  for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
    if (got[i] != wanted[i]) {
      return fmt::format("token {} is {}, not {}", i, got[i], wanted[i]);
    }
  }
  if (got.size() == wanted.size()) return "";
  return fmt::format("there are {} tokens, not {}", got.size(), wanted.size());
}

std::string first_difference(const std::string& got, const std::string& wanted) {
  if (got == wanted) return "";
  const auto place = std::ranges::mismatch(got, wanted).in1 - got.begin();
  return fmt::format("the decoded text differs from byte {} on", place);
}

std::vector<std::string> merges_of(const Json& model) {
  std::vector<std::string> merges;
  for (const Json& m : model.at("merges")) {
    merges.push_back(m.is_string() ? m.get<std::string>()
                                   : m.at(0).get<std::string>() + ' ' + m.at(1).get<std::string>());
  }
  return merges;
}

std::string model_difference(const Json& got, const Json& wanted) {
  const auto ours = merges_of(got), theirs = merges_of(wanted);
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (ours[i] != theirs[i]) {
      return fmt::format("merge {} is '{}', not '{}'", i, ours[i], theirs[i]);
    }
  }
  if (ours.size() != theirs.size()) {
    return fmt::format("there are {} merges, not {}", ours.size(), theirs.size());
  }
  for (const auto& [token, id] : wanted.at("vocab").items()) {
    const auto found = got.at("vocab").find(token);
    if (found == got.at("vocab").end()) return fmt::format("token '{}' is missing", token);
    if (*found != id) {
      return fmt::format("token '{}' has id {}, not {}", token, found->dump(), id.dump());
    }
  }
  const auto count = got.at("vocab").size(), needed = wanted.at("vocab").size();
  return count == needed ? "" : fmt::format("there are {} tokens, not {}", count, needed);
}

Outcome replay_training(const std::string& dir, const Json& settings) {
  text::BpeSettings bpe;
  bpe.vocab_size = settings.at("vocab_size").get<std::int64_t>();
  bpe.min_frequency = settings.at("min_frequency").get<std::int64_t>();
  bpe.special_tokens = settings.at("special_tokens").get<std::vector<std::string>>();
  const std::string file = dir + "/" + settings.at("train").get<std::string>();
  const std::string corpus = read_file(file, Exit::data);
  text::check_text(corpus, file);
  const Json got = Json::parse(text::train_bpe(corpus, bpe)->json());
  const Json wanted = Json::parse(read_file(dir + "/tokenizer.json", Exit::data));
  return outcome("vocab and merges equal tokenizer.json",
                 model_difference(got.at("model"), wanted.at("model")));
}

Outcome replay_case(const text::Tokenizer& tokenizer, const Json& c, std::size_t number) {
  const auto wanted = c.at("ids").get<std::vector<std::int32_t>>();
  std::string difference =
      first_difference(tokenizer.encode(c.at("text").get<std::string>()), wanted);
  if (difference.empty()) {
    difference = first_difference(tokenizer.decode(wanted), c.at("decoded").get<std::string>());
  }
  return outcome(fmt::format("case {}: ids and decoded text", number), std::move(difference));
}

}  // namespace

std::vector<Outcome> replay_bpe(const std::string& dir) {
  const std::string file = dir + "/bpe.json";
  const std::string text = read_file(file, Exit::data);
  const auto tokenizer = text::load_tokenizer(dir + "/tokenizer.json");
  try {
    const Json reference = Json::parse(text);
    std::vector<Outcome> outcomes{replay_training(dir, reference)};
    for (const Json& c : reference.at("cases")) {
      outcomes.push_back(replay_case(*tokenizer, c, outcomes.size() - 1));
    }
    return outcomes;
  } catch (const Json::exception& e) {
    fail(Exit::data, "{}: this is not a reference of layout bpe: {}", file, e.what());
  }
}

}  // namespace dlt::check
