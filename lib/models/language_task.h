#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "data/text_source.h"
#include "models/language_net.h"
#include "models/model.h"
#include "train/fit.h"

// What all language models that learn by gradients have in common: their data, their training,
// their evaluation, their ways to be used.
namespace dlt::models {

// The whole config of a language model but the network.
struct LanguageSettings {
  std::uint64_t seed = 1;
  data::TextConfig data;
  train::FitConfig fit;
  std::int64_t context = 0;        // tokens of a window
  std::int64_t batch = 32;         // windows in one part of a step
  std::int64_t eval_batches = 20;  // of an evaluation during training; 0: all there is

  // `read_model` reads the keys of `model` and tells its context.
  static LanguageSettings read(config::Reader& root,
                               const std::function<std::int64_t(config::Reader&)>& read_model);
};

// Of a network before it is made; of large ones no integer could hold it.
struct LanguageSize {
  double parameters = 0;
  double training_bytes = 0;  // estimated peak of a step
  double train_flops_per_token = 0;
};

// Weights, gradients and two moments of so many parameters, and so many numbers kept for a step.
double training_bytes(double parameters, double kept);

std::unique_ptr<text::Tokenizer> open_tokenizer(const LanguageSettings& s, const Origin& origin);
// A model too large for the machine is refused by name (Exit::usage), not by the system's killer.
void check_size(const LanguageSettings& s, const LanguageSize& size, const Origin& origin,
                config::Reader& root);
nn::Params initial_params(const LanguageSettings& s, const Origin& origin);

struct LanguageParts {
  LanguageSettings settings;
  LanguageSize size;
  std::unique_ptr<text::Tokenizer> tokenizer;
  nn::Params params;
  std::unique_ptr<LanguageNet> net;  // of these parameters
};
std::unique_ptr<Model> make_language_model(LanguageParts parts);

// Of a config with a vocabulary, which the tokenizer sets, and a context: `read` reads it from
// `model`, Net is made of it.
template <class Net, class Config>
std::unique_ptr<Model> make_language_model(config::Reader& root, const Origin& origin,
                                           const std::function<Config(config::Reader&)>& read,
                                           LanguageSize (*size_of)(const Config& config,
                                                                   std::int64_t batch)) {
  Config c;
  auto s = LanguageSettings::read(root, [&](config::Reader& model) {
    c = read(model);
    return c.context;
  });
  auto tokenizer = open_tokenizer(s, origin);
  c.vocab = tokenizer->size();
  const LanguageSize size = size_of(c, s.batch);
  check_size(s, size, origin, root);
  nn::Params params = initial_params(s, origin);
  auto net = std::make_unique<Net>(nn::Scope(params), c);
  return make_language_model(
      {std::move(s), size, std::move(tokenizer), std::move(params), std::move(net)});
}

}  // namespace dlt::models
