#include "check/replay.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "check/bleu_case.h"
#include "check/bpe_case.h"
#include "check/language_case.h"
#include "check/marian_case.h"
#include "check/ngram_case.h"
#include "check/ops_case.h"
#include "check/optim_case.h"
#include "check/train_case.h"
#include "check/vision_case.h"
#include "io/json_file.h"
#include "train/files.h"

namespace dlt::check {
namespace {

using Replay = std::vector<Outcome> (*)(const std::string& dir);

constexpr const char* known =
    "known: operators (ops.json, ops.safetensors), a language model (config.json of model_type "
    "gpt2, llama or mamba, model.safetensors, expected.safetensors), an encoder-decoder (the same "
    "of model_type marian), a training run (a language model and recipe.json), bpe (bpe.json, "
    "tokenizer.json), optim (optim.json, optim.safetensors, schedules.json), ngram (train.txt, "
    "test.txt, o3.arpa, o3.query.txt, o3.summary.txt), arpa (.arpa files), bleu (bleu.json, "
    "bleu_golden.json), a classifier of pictures (model.safetensors of torchvision's names, "
    "expected.safetensors, no config.json)";

// The model_type of a config.json.
std::string model_type(const std::string& config) {
  const auto json = io::read_json(config, Exit::data);
  const auto type = json.is_object() ? json.value("model_type", nlohmann::json()) : json;
  const std::string name = type.is_string() ? type.get<std::string>() : "";
  require(name == "gpt2" || name == "llama" || name == "mamba" || name == "marian", Exit::data,
          "{}: /model_type: {} is unknown here; {}", config, type.dump(), known);
  return name;
}

// Null for a folder that holds no case itself.
Replay layout_of(const std::string& dir) {
  const auto has = [&](const char* name) { return train::exists(dir + "/" + name); };
  if (has("bpe.json")) return replay_bpe;
  if (has("ops.json")) return replay_ops;
  if (has("bleu.json") || has("bleu_golden.json")) return replay_bleu;
  if (has("optim.json")) return replay_optim;
  if (!arpa_files_in(dir).empty()) return has("train.txt") ? replay_ngram : replay_arpa;
  if (!has("expected.safetensors")) return nullptr;
  if (!has("config.json")) return has("model.safetensors") ? replay_vision : nullptr;
  if (model_type(dir + "/config.json") == "marian") return replay_marian;
  return has("recipe.json") ? replay_training : replay_language;
}

[[noreturn]] void unknown(const std::string& dir) {
  fail(Exit::data, "'{}' is in no layout that can be replayed; {}", dir, known);
}

std::string below(const std::string& dir, const std::string& name) {
  return fmt::format("{}/{}", dir, name);
}

std::vector<std::string> folders_in(const std::string& dir) {
  std::vector<std::string> folders;
  for (const std::string& name : train::names_in(dir)) {
    if (train::is_folder(below(dir, name))) folders.push_back(name);
  }
  return folders;
}

}  // namespace

std::vector<Outcome> replay(const std::string& dir) {
  require(train::is_folder(dir), Exit::usage, "there is no folder '{}'", dir);
  if (const Replay one = layout_of(dir)) return one(dir);
  const std::vector<std::string> names = folders_in(dir);
  if (names.empty()) unknown(dir);
  for (const std::string& name : names) {  // before any of them takes its time
    if (layout_of(below(dir, name)) == nullptr) unknown(below(dir, name));
  }
  std::vector<Outcome> all;
  for (const std::string& name : names) {
    const std::string folder = below(dir, name);
    for (Outcome& outcome : layout_of(folder)(folder)) {
      outcome.name = below(name, outcome.name);
      all.push_back(std::move(outcome));
    }
  }
  return all;
}

}  // namespace dlt::check
