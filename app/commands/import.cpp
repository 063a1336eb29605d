#include "commands/import.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "data/encode_pairs.h"
#include "models/hf_json.h"
#include "models/mamba/hf.h"
#include "models/model.h"
#include "models/seq2seq/marian.h"
#include "models/transformer/hf.h"
#include "models/vision/import.h"
#include "train/checkpoint.h"
#include "train/files.h"
#include "train/run.h"

namespace dlt::app {
namespace {

void check_out(const ImportOptions& options) {
  const std::string& out = options.out;
  require(!train::exists(out) || train::is_folder(out), Exit::usage,
          "'{}' is a file, a run needs a folder: give another --out", out);
  if (train::names_in(out).empty()) return;
  require(options.overwrite, Exit::usage,
          "'{}' is not empty: replace it by --overwrite, or give another --out", out);
  require(train::exists(out + "/checkpoints"), Exit::usage,
          "'{}' is not a run (no checkpoints/): --overwrite replaces only runs, so give another "
          "--out",
          out);
}

// Tables are often padded to a round number of rows, which no text reaches: they are left out.
void drop_padding(nn::StateDict& weights, std::int64_t rows, std::int64_t tokens,
                  const std::string& tokenizer) {
  require(tokens <= rows, Exit::damaged,
          "'{}' has {} tokens, but config.json has a vocab_size of {}: they do not belong together",
          tokenizer, tokens, rows);
  if (tokens == rows) return;
  for (const char* name :
       {"embedding.weight", "head.weight", "backbone.embeddings.weight", "lm_head.weight"}) {
    const auto table = weights.find(name);
    if (table == weights.end()) continue;
    const std::int64_t width = table->second.dim(1);
    const auto kept = table->second.values().first(static_cast<std::size_t>(tokens * width));
    table->second = Tensor::from({tokens, width}, kept);
  }
  fmt::print(stderr, "left out {} rows of the token table that no token of '{}' has\n",
             rows - tokens, tokenizer);
}

// The config with the tokenizer that `run` will hold.
std::string with_tokenizer(const std::string& config, const std::string& run) {
  auto json = nlohmann::ordered_json::parse(config);
  json["data"]["tokenizer"] = {{"name", "file"}, {"path", run + "/tokenizer.json"}};
  return json.dump(2);
}

// What a folder of Hugging Face's becomes: a run that was never trained.
struct Imported {
  std::string config;
  nn::StateDict weights;
  std::string tokenizer = "";  // a file to keep, if there is one
};

// Of import_transformer or import_mamba.
template <class ImportedModel>
Imported import_language(const ImportOptions& options, ImportedModel imported) {
  const std::string tokenizer = options.source + "/tokenizer.json";
  if (!train::exists(tokenizer)) return {imported.config, imported.weights};
  drop_padding(imported.weights, imported.model.vocab, text::load_tokenizer(tokenizer)->size(),
               tokenizer);
  return {with_tokenizer(imported.config, options.out), imported.weights, tokenizer};
}

// That the tokenizer has the ids and the marks that the folder's config.json names.
void check_belongs(const std::string& tokenizer, const models::ImportedMarian& imported) {
  const data::PairVocabulary vocabulary(text::load_tokenizer(tokenizer), std::nullopt);
  const data::Marks &theirs = imported.marks, &ours = vocabulary.marks;
  require(
      vocabulary.size == imported.model.vocab && ours.pad == theirs.pad && ours.end == theirs.end,
      Exit::damaged,
      "'{}' makes {} ids with {} for padding and {} for ends, config.json has {} with {} and "
      "{}: they do not belong together",
      tokenizer, vocabulary.size, ours.pad, ours.end, imported.model.vocab, theirs.pad, theirs.end);
}

Imported import_translation(const ImportOptions& options) {
  auto imported = models::import_marian(options.source);
  using nlohmann::ordered_json;
  auto model = ordered_json::parse(imported.options);
  model["name"] = "seq2seq.transformer";
  const ordered_json ids = {{"name", "ids"},
                            {"vocab_size", imported.model.vocab},
                            {"pad", imported.marks.pad},
                            {"end", imported.marks.end}};
  const ordered_json data = {{"name", "parallel"},
                             {"longest", std::min<std::int64_t>(256, imported.model.context - 1)},
                             {"tokenizer", ids}};
  const ordered_json whole = {
      {"seed", 1}, {"model", model}, {"data", data}, {"train", ordered_json::object()}};
  const std::string tokenizer = options.source + "/tokenizer.json";
  if (train::exists(tokenizer)) {
    check_belongs(tokenizer, imported);
    return {with_tokenizer(whole.dump(2), options.out), std::move(imported.weights), tokenizer};
  }
  fmt::print(stderr, "{}\n", models::marian_tokenizer_note);
  return {whole.dump(2), std::move(imported.weights)};
}

// A file of weights, or a folder of one that says no more.
bool holds_weights_alone(const std::string& source) {
  if (!train::is_folder(source)) return train::exists(source);
  return train::exists(source + "/model.safetensors") && !train::exists(source + "/config.json");
}

Imported import_any(const ImportOptions& options) {
  const std::string& source = options.source;
  if (holds_weights_alone(source)) {
    const auto imported = models::import_classifier(source);
    fmt::print(stderr, "'{}' is of {}\n", source, imported.name);
    return {imported.config, imported.weights};
  }
  const std::string family = models::hf_family(source);
  if (family == "marian") return import_translation(options);
  if (family == "mamba") return import_language(options, models::import_mamba(source));
  return import_language(options, models::import_transformer(source));
}

// Every default written out, after making the model once to see that it can be made.
void resolve(const std::string& folder) {
  auto root = config::Reader::parse_file(folder + "/config.json");
  models::make_model(root, {.run = folder});
  write_file(folder + "/config.json", root.resolved() + "\n");
}

}  // namespace

void import_model(const ImportOptions& options) {
  check_out(options);
  const Imported imported = import_any(options);
  train::make_whole(options.out, [&](const std::string& folder) {
    auto run = train::Run::create(folder, imported.config, train::Existing::refuse);
    run.log(fmt::format("imported from {}", options.source));
    if (!imported.tokenizer.empty()) {
      write_file(run.path("tokenizer.json"), read_file(imported.tokenizer, Exit::damaged));
    }
    resolve(folder);
    run.save(0, train::Best::yes, 1, [&](const std::string& checkpoint) {
      train::save_start(checkpoint, imported.weights);
    });
  });
}

}  // namespace dlt::app
