#include "commands/import.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "models/model.h"
#include "models/transformer/hf.h"
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
void drop_padding(models::ImportedTransformer& imported, std::int64_t tokens,
                  const std::string& tokenizer) {
  const std::int64_t rows = imported.model.vocab, width = imported.model.width;
  require(tokens <= rows, Exit::damaged,
          "'{}' has {} tokens, but config.json has a vocab_size of {}: they do not belong together",
          tokenizer, tokens, rows);
  if (tokens == rows) return;
  for (const char* name : {"embedding.weight", "head.weight"}) {
    const auto table = imported.weights.find(name);
    if (table == imported.weights.end()) continue;
    const auto kept = table->second.values().first(static_cast<std::size_t>(tokens * width));
    table->second = Tensor::from({tokens, width}, kept);
  }
  imported.model.vocab = tokens;
  fmt::print(stderr, "left out {} rows of the token table that no token of '{}' has\n",
             rows - tokens, tokenizer);
}

// The config with the tokenizer that `run` will hold.
std::string with_tokenizer(const std::string& config, const std::string& run) {
  auto json = nlohmann::ordered_json::parse(config);
  json["data"]["tokenizer"] = {{"name", "file"}, {"path", run + "/tokenizer.json"}};
  return json.dump(2);
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
  auto imported = models::import_transformer(options.source);
  const std::string tokenizer = options.source + "/tokenizer.json";
  const bool has_tokenizer = train::exists(tokenizer);
  if (has_tokenizer) {
    drop_padding(imported, text::load_tokenizer(tokenizer)->size(), tokenizer);
    imported.config = with_tokenizer(imported.config, options.out);
  }
  train::make_whole(options.out, [&](const std::string& folder) {
    auto run = train::Run::create(folder, imported.config, train::Existing::refuse);
    run.log(fmt::format("imported from {}", options.source));
    if (has_tokenizer) {
      write_file(run.path("tokenizer.json"), read_file(tokenizer, Exit::damaged));
    }
    resolve(folder);
    run.save(0, train::Best::yes, 1, [&](const std::string& checkpoint) {
      train::save_start(checkpoint, imported.weights);
    });
  });
}

}  // namespace dlt::app
