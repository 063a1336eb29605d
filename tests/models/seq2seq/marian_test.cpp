#include "models/seq2seq/marian.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "config/reader.h"
#include "io/safetensors.h"
#include "models/seq2seq/layers.h"
#include "support/model_files.h"
#include "support/paths.h"
#include "support/seq2seq.h"

using namespace dlt;
using nlohmann::json;
using test::equal, test::message;

namespace {

const std::string golden = test::in_source("tests/golden/marian");

void copy_golden(const test::Folder& folder) {
  for (const char* file : {"/config.json", "/model.safetensors"}) {
    std::filesystem::copy_file(golden + file, folder.path() + file,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

std::string import_error(const test::Folder& folder) {
  return message(folder, Exit::damaged, [&] { models::import_marian(folder.path()); });
}

std::string error_with(const std::string& key, const json& value) {
  const test::Folder folder;
  copy_golden(folder);
  auto config = json::parse(read_file(folder / "config.json", Exit::failed));
  config[key] = value;
  write_file(folder / "config.json", config.dump());
  return import_error(folder);
}

// The golden weights with what `edit` makes of them.
template <class F>
void edit_weights(const test::Folder& folder, const F& edit) {
  copy_golden(folder);
  const std::string path = folder / "model.safetensors";
  auto weights = io::SafetensorsFile(golden + "/model.safetensors").tensors();
  edit(weights);
  io::write_safetensors(path, {weights, {}, {}});
}

}  // namespace

TEST_CASE("weights go to Marian's layout and back unchanged", "[seq2seq][marian]") {
  const test::RandomSeq2Seq model(test::small_seq2seq());
  const auto& c = model.net.config();
  const auto theirs = models::to_marian(model.params.all(), c);
  CHECK(theirs.at("final_logits_bias").shape() == Shape{1, c.vocab});
  CHECK(equal(models::from_marian(theirs, c), model.params.all()));
}

TEST_CASE("a published Marian folder keeps every tensor and option when written again",
          "[seq2seq][marian]") {
  const auto first = models::import_marian(golden);
  CHECK(first.marks.pad == 60);
  CHECK(first.marks.end == 0);
  const test::Folder folder;
  models::write_marian(folder.path(), first.weights, first.model, first.marks);
  CHECK(folder.list() ==
        std::vector<std::string>{"config.json", "generation_config.json", "model.safetensors"});
  CHECK(equal(io::SafetensorsFile(folder / "model.safetensors").tensors(),
              io::SafetensorsFile(golden + "/model.safetensors").tensors()));
  const auto ours = json::parse(read_file(folder / "config.json", Exit::failed));
  const auto theirs = json::parse(read_file(golden + "/config.json", Exit::failed));
  for (const auto& [key, value] : theirs.items()) {
    if (key == "transformers_version" || key == "is_decoder") continue;
    INFO(key);
    CHECK(ours.value(key, json("missing")) == value);
  }
  const auto second = models::import_marian(folder.path());
  CHECK(equal(second.weights, first.weights));
  CHECK(second.options == first.options);
  CHECK(second.marks.end == 0);
}

TEST_CASE("the options of an imported Marian are those of a config", "[seq2seq][marian]") {
  const auto imported = models::import_marian(golden);
  auto reader = config::Reader::parse_text(imported.options, "options");
  const auto c = models::Seq2SeqConfig::read(reader);
  reader.done();
  CHECK(c.width == 32);
  CHECK(c.hidden == 48);
  CHECK(c.padding == 60);
  CHECK(models::to_marian(imported.weights, imported.model).size() ==
        io::SafetensorsFile(golden + "/model.safetensors").entries().size());
}

TEST_CASE("copies of the table and sinusoids that old files hold are passed over",
          "[seq2seq][marian]") {
  const test::Folder folder;
  edit_weights(folder, [](auto& weights) {
    weights["lm_head.weight"] = weights.at("model.shared.weight");
    weights["model.encoder.embed_tokens.weight"] = weights.at("model.shared.weight");
    weights["model.decoder.embed_positions.weight"] =
        models::sinusoids(32, 32, models::Sinusoids::halves);
  });
  CHECK(equal(models::import_marian(folder.path()).weights, models::import_marian(golden).weights));
  edit_weights(folder, [](auto& weights) {
    weights["model.encoder.embed_positions.weight"] = Tensor::zeros({32, 32});
  });
  CHECK(import_error(folder) ==
        "DIR/model.safetensors: tensor 'model.encoder.embed_positions.weight' [32, 32] is not the "
        "table of sinusoids that Marian's layout has");
}

TEST_CASE("what dlt cannot run of Marian's options is named", "[seq2seq][marian][errors]") {
  CHECK(error_with("model_type", "bart") ==
        "DIR/config.json: /model_type: expected \"marian\", got \"bart\"");
  CHECK(error_with("decoder_attention_heads", 2) ==
        "DIR/config.json: /decoder_attention_heads: expected 4, dlt has nothing else, got 2");
  CHECK(error_with("activation_function", "tanh") ==
        "DIR/config.json: /activation_function: expected relu, silu, swish, gelu, gelu_new or "
        "gelu_pytorch_tanh, got \"tanh\"");
  CHECK(error_with("normalize_before", true) ==
        "DIR/config.json: /normalize_before: expected false, dlt has nothing else, got true");
  CHECK(error_with("pad_token_id", 61) ==
        "DIR/config.json: /pad_token_id: expected a token id from 0 to 60, got 61");
  CHECK(error_with("eos_token_id", 60) ==
        "DIR/config.json: /pad_token_id: expected another token than eos_token_id, got 60");
  CHECK(error_with("decoder_start_token_id", 1) ==
        "DIR/config.json: /decoder_start_token_id: expected 60, dlt has nothing else, got 1");
  CHECK(error_with("encoder_attention_heads", 5) ==
        "DIR/config.json: /decoder_attention_heads: expected 5, dlt has nothing else, got 4");
  CHECK(error_with("encoder_layers", 3) ==
        "DIR/model.safetensors: tensor 'model.encoder.layers.2.self_attn.q_proj.weight' [32, 32], "
        "which config.json asks for, is missing");
}

TEST_CASE("what Marian's layout cannot hold is named", "[seq2seq][marian][errors]") {
  const test::Folder folder;
  const auto error = [&](auto change) {
    auto c = test::small_seq2seq();
    change(c);
    const test::RandomSeq2Seq model(c);
    return message(folder, Exit::usage,
                   [&] { models::write_marian(folder.path(), model.params.all(), c, {}); });
  };
  const auto needs = [](const std::string& option) {
    return "these weights cannot be written for Hugging Face: Marian's layout needs model." +
           option + "; train with that, or export safetensors";
  };
  CHECK(error([](auto& c) { c.positions = "learned"; }) == needs("positions = sinusoidal"));
  CHECK(error([](auto& c) { c.norm_place = "pre"; }) == needs("norm_place = post"));
  CHECK(error([](auto& c) { c.final_norms = true; }) == needs("final_norms = false"));
  CHECK(error([](auto& c) { c.norm_epsilon = 1e-6; }) == needs("norm_epsilon = 1e-05"));
  CHECK(folder.list().empty());
}
