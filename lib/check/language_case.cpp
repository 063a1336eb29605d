#include "check/language_case.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/error.h"
#include "check/compare.h"
#include "check/imported.h"
#include "io/json_file.h"
#include "io/safetensors.h"
#include "train/files.h"

namespace dlt::check {
namespace {

using Ids = std::vector<std::int32_t>;

// Position t predicts token t + 1; the last one of each row predicts nothing.
Indices next_tokens(const Indices& tokens) {
  const auto time = static_cast<std::size_t>(tokens.shape().dim(-1));
  Ids next = tokens.values();
  for (std::size_t i = 0; i < next.size(); ++i) {
    next[i] = (i + 1) % time == 0 ? ops::ignored : tokens.values()[i + 1];
  }
  return {tokens.shape(), std::move(next)};
}

void replay_gradients(const Imported& model, const io::SafetensorsFile& expected,
                      std::vector<Outcome>& outcomes) {
  const auto grads = models::to_hf(model.params.grads(), model.config);
  for (const auto& [name, entry] : expected.entries()) {
    if (!name.starts_with("grad/")) continue;
    const auto ours = grads.find(name.substr(5));
    require(ours != grads.end(), Exit::data, "{}: '{}' is no parameter of this model",
            expected.path(), name);
    outcomes.push_back(compare(name, ours->second, expected.tensor(name)));
  }
}

std::int32_t likeliest(std::span<const real> logits) {
  return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

Ids continue_cached(const models::Transformer& net, Ids text, std::size_t length) {
  auto cache = net.new_cache();
  Tensor logits = net.next_logits(text, cache);
  while (true) {
    text.push_back(likeliest(logits.values()));
    if (text.size() == length) return text;
    logits = net.next_logits({text.back()}, cache);
  }
}

Ids continue_afresh(const models::Transformer& net, Ids text, std::size_t length) {
  while (text.size() < length) {
    const Tensor logits = net.logits(Indices({1, std::ssize(text)}, text));
    text.push_back(likeliest(logits.values().last(static_cast<std::size_t>(logits.dim(-1)))));
  }
  return text;
}

Ids read_ids(const nlohmann::json& file, const char* key, const std::string& path,
             std::int64_t vocab) {
  const auto ids = file.is_object() ? file.value(key, nlohmann::json()) : nlohmann::json();
  const bool usable =
      ids.is_array() && !ids.empty() && std::ranges::all_of(ids, [&](const nlohmann::json& id) {
        return id.is_number_integer() && id >= 0 && id < vocab;
      });
  require(usable, Exit::data, "{}: /{}: expected a list of token ids from 0 to {}", path, key,
          vocab - 1);
  return ids.get<Ids>();
}

void replay_greedy(const Imported& model, const std::string& path, std::vector<Outcome>& outcomes) {
  const auto file = io::read_json(path, Exit::data);
  const Ids prompt = read_ids(file, "prompt", path, model.config.vocab);
  const Ids wanted = read_ids(file, "output", path, model.config.vocab);
  require(prompt.size() < wanted.size() && std::ssize(wanted) <= model.config.context + 1,
          Exit::data, "{}: /output: {} tokens do not continue {} in a context of {}", path,
          wanted.size(), prompt.size(), model.config.context);
  const autograd::NoGrad off;
  outcomes.push_back(
      compare("greedy, cached", continue_cached(model.net, prompt, wanted.size()), wanted));
  outcomes.push_back(
      compare("greedy, recomputed", continue_afresh(model.net, prompt, wanted.size()), wanted));
}

}  // namespace

std::vector<Outcome> replay_language(const std::string& dir) {
  const Imported model(dir);
  const io::SafetensorsFile expected(dir + "/expected.safetensors");
  const Indices tokens = expected.indices("input_ids");
  const bool fits = tokens.shape().rank() == 2 && tokens.shape().dim(1) <= model.config.context;
  require(fits, Exit::data, "{}: input_ids {} is not [batch, time] with a time up to {}",
          expected.path(), tokens.shape(), model.config.context);
  std::vector<Outcome> outcomes;
  {
    const autograd::NoGrad off;
    outcomes.push_back(compare("logits", model.net.logits(tokens), expected.tensor("logits")));
  }
  const Tensor loss = model.net.loss(tokens, next_tokens(tokens), nullptr);
  outcomes.push_back(compare("loss", loss, expected.tensor("loss")));
  autograd::backward(loss);
  replay_gradients(model, expected, outcomes);
  const std::string greedy = dir + "/greedy.json";
  if (train::exists(greedy)) replay_greedy(model, greedy, outcomes);
  return outcomes;
}

}  // namespace dlt::check
