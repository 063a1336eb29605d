#include "check/language_case.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/error.h"
#include "check/compare.h"
#include "check/imported.h"
#include "io/json_file.h"
#include "io/safetensors.h"
#include "models/hf_json.h"
#include "models/mamba/hf.h"
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

// A language model of any kind.
struct Subject {
  std::int64_t vocab, context;
  std::function<Tensor(const Indices& tokens)> logits;
  std::function<Tensor(const Indices& tokens, const Indices& targets)> loss;
  std::function<nn::StateDict()> gradients;  // under Hugging Face's names
  // Begins a text: what then returns the logits [vocab] that follow what it is given, bit by bit.
  std::function<std::function<Tensor(const Ids& tokens)>()> begin;
};

Subject transformer_subject(const std::string& dir) {
  const auto model = std::make_shared<const Imported>(dir);
  return {model->config.vocab,
          model->config.context,
          [model](const Indices& tokens) { return model->net.logits(tokens); },
          [model](const Indices& tokens, const Indices& targets) {
            return model->net.loss(tokens, targets, nullptr);
          },
          [model] { return models::to_hf(model->params.grads(), model->config); },
          [model] {
            const auto cache = std::make_shared<models::KeyValueCache>(model->net.new_cache());
            return [=](const Ids& tokens) { return model->net.next_logits(tokens, *cache); };
          }};
}

struct Mamba {
  explicit Mamba(const models::ImportedMamba& from)
      : params(nn::Params::blank()), net(nn::Scope(params), from.model) {
    params.load(from.weights);
  }
  nn::Params params;
  models::MambaLm net;
};

Subject mamba_subject(const std::string& dir) {
  const auto model = std::make_shared<const Mamba>(models::import_mamba(dir));
  constexpr std::int64_t no_end = 1 << 24;
  return {model->net.config().vocab,
          no_end,
          [model](const Indices& tokens) { return model->net.logits(tokens); },
          [model](const Indices& tokens, const Indices& targets) {
            return model->net.loss(model->net.embed(tokens), targets, nullptr);
          },
          [model] { return model->params.grads(); },
          [model] {
            const auto state = std::make_shared<models::Stack::State>(model->net.start());
            return [=](const Ids& tokens) { return model->net.next_logits(tokens, *state); };
          }};
}

void replay_gradients(const Subject& model, const io::SafetensorsFile& expected,
                      std::vector<Outcome>& outcomes) {
  const auto grads = model.gradients();
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

Ids continue_cached(const Subject& model, Ids text, std::size_t length) {
  const auto read = model.begin();
  Tensor logits = read(text);
  while (true) {
    text.push_back(likeliest(logits.values()));
    if (text.size() == length) return text;
    logits = read({text.back()});
  }
}

Ids continue_afresh(const Subject& model, Ids text, std::size_t length) {
  while (text.size() < length) {
    const Tensor logits = model.logits(Indices({1, std::ssize(text)}, text));
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

void replay_greedy(const Subject& model, const std::string& path, std::vector<Outcome>& outcomes) {
  const auto file = io::read_json(path, Exit::data);
  const Ids prompt = read_ids(file, "prompt", path, model.vocab);
  const Ids wanted = read_ids(file, "output", path, model.vocab);
  require(prompt.size() < wanted.size() && std::ssize(wanted) <= model.context + 1, Exit::data,
          "{}: /output: {} tokens do not continue {} in a context of {}", path, wanted.size(),
          prompt.size(), model.context);
  const autograd::NoGrad off;
  outcomes.push_back(
      compare("greedy, cached", continue_cached(model, prompt, wanted.size()), wanted));
  outcomes.push_back(
      compare("greedy, recomputed", continue_afresh(model, prompt, wanted.size()), wanted));
}

}  // namespace

std::vector<Outcome> replay_language(const std::string& dir) {
  const Subject model =
      models::hf_family(dir) == "mamba" ? mamba_subject(dir) : transformer_subject(dir);
  const io::SafetensorsFile expected(dir + "/expected.safetensors");
  const Indices tokens = expected.indices("input_ids");
  const bool fits = tokens.shape().rank() == 2 && tokens.shape().dim(1) <= model.context;
  require(fits, Exit::data, "{}: input_ids {} is not [batch, time] with a time up to {}",
          expected.path(), tokens.shape(), model.context);
  std::vector<Outcome> outcomes;
  {
    const autograd::NoGrad off;
    outcomes.push_back(compare("logits", model.logits(tokens), expected.tensor("logits")));
  }
  const Tensor loss = model.loss(tokens, next_tokens(tokens));
  outcomes.push_back(compare("loss", loss, expected.tensor("loss")));
  autograd::backward(loss);
  replay_gradients(model, expected, outcomes);
  const std::string greedy = dir + "/greedy.json";
  if (train::exists(greedy)) replay_greedy(model, greedy, outcomes);
  return outcomes;
}

}  // namespace dlt::check
