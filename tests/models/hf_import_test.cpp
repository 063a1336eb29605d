#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "data/text_source.h"
#include "io/safetensors.h"
#include "models/transformer/hf.h"
#include "support/model_files.h"
#include "support/paths.h"
#include "support/transformers.h"

using namespace dlt;
using models::TransformerConfig;
using nlohmann::json;
using test::equal, test::message;

namespace {

const std::string golden = test::in_source("tests/golden/");

std::string import_error(const test::Folder& folder, Exit exit = Exit::damaged) {
  return message(folder, exit, [&] { models::import_transformer(folder.path()); });
}

void copy_golden(const test::Folder& folder, const std::string& name) {
  for (const char* file : {"/config.json", "/model.safetensors"}) {
    std::filesystem::copy_file(golden + name + file, folder.path() + file,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

// Edits config.json.
void set(const test::Folder& folder, const std::string& key, const json& value) {
  auto config = json::parse(read_file(folder / "config.json", Exit::failed));
  config[key] = value;
  write_file(folder / "config.json", config.dump());
}

template <class F>
void edit_weights(const test::Folder& folder, const F& edit) {
  auto tensors = io::SafetensorsFile(folder / "model.safetensors").tensors();
  edit(tensors);
  io::write_safetensors(folder / "model.safetensors", {tensors, {}, {{"format", "pt"}}});
}

}  // namespace

TEST_CASE("GPT-2 files load with and without prefix, old buffers and a saved head", "[hf]") {
  const test::Folder folder;
  copy_golden(folder, "gpt2");
  const auto expected = models::import_transformer(folder.path()).weights;
  edit_weights(folder, [](nn::StateDict& tensors) {
    nn::StateDict bare;
    for (const auto& [name, t] : tensors) bare.emplace(name.substr(12), t);
    bare.emplace("h.0.attn.bias", Tensor::zeros({1, 1, 32, 32}));
    bare.emplace("h.0.attn.masked_bias", Tensor::zeros({}));
    bare.emplace("lm_head.weight", bare.at("wte.weight"));
    tensors = bare;
  });
  CHECK(equal(models::import_transformer(folder.path()).weights, expected));
  set(folder, "tie_word_embeddings", false);
  const auto untied = models::import_transformer(folder.path());
  CHECK_FALSE(untied.model.tied);
  CHECK(untied.weights.at("head.weight").shape() == Shape{61, 32});
}

TEST_CASE("weights in several files are found by their index", "[hf]") {
  const test::Folder folder;
  copy_golden(folder, "llama");
  const auto expected = models::import_transformer(folder.path()).weights;
  const auto all = io::SafetensorsFile(folder / "model.safetensors").tensors();
  io::SafetensorsContent half[2];
  json map;
  for (int i = 0; const auto& [name, t] : all) {
    const int which = i++ % 2;
    half[which].tensors.emplace(name, t);
    map[name] = which == 0 ? "a.safetensors" : "b.safetensors";
  }
  io::write_safetensors(folder / "a.safetensors", half[0]);
  io::write_safetensors(folder / "b.safetensors", half[1]);
  const auto write_index = [&] {
    write_file(folder / "model.safetensors.index.json", json{{"weight_map", map}}.dump());
  };
  write_index();
  std::filesystem::remove(folder / "model.safetensors");
  CHECK(equal(models::import_transformer(folder.path()).weights, expected));
  map["model.norm.weight"] = "../b.safetensors";
  write_index();
  CHECK(import_error(folder) ==
        "DIR/model.safetensors.index.json: /weight_map/model.norm.weight: expected the name of a "
        "file in this folder, got \"../b.safetensors\"");
  map["model.norm.weight"] =
      half[0].tensors.contains("model.norm.weight") ? "a.safetensors" : "b.safetensors";
  map["x"] = "b.safetensors";
  write_index();
  CHECK(import_error(folder) ==
        "DIR/model.safetensors.index.json: /weight_map/x: 'DIR/b.safetensors' has no such tensor");
  write_file(folder / "model.safetensors.index.json", "[]");
  CHECK(import_error(folder) ==
        "DIR/model.safetensors.index.json: /weight_map: expected an object that names each "
        "tensor's file");
}

TEST_CASE("a Llama with biases in attention alone has none elsewhere", "[hf]") {
  const test::Folder folder;
  TransformerConfig c = test::small_llama();
  c.bias = true;
  const test::RandomTransformer model(c);
  models::export_transformer("hf", folder / "m", model.params.all(), c, *data::make_ids(11));
  auto theirs = io::SafetensorsFile(folder / "m/model.safetensors").tensors();
  std::erase_if(theirs, [](const auto& entry) {
    return entry.first.ends_with(".bias") && entry.first.find("mlp") != std::string::npos;
  });
  io::write_safetensors(folder / "m/model.safetensors", {theirs, {}, {}});
  auto config = json::parse(read_file(folder / "m/config.json", Exit::failed));
  config["mlp_bias"] = false;
  write_file(folder / "m/config.json", config.dump());
  const auto imported = models::import_transformer(folder / "m");
  const auto bias = [&](const char* name) { return imported.weights.at(name).values(); };
  CHECK(std::ranges::count(bias("blocks.1.mlp.gate_up.bias"), real(0)) == 24);
  CHECK(std::ranges::equal(bias("blocks.1.attention.qkv.bias"),
                           model.params.all().at("blocks.1.attention.qkv.bias").values()));
}

TEST_CASE("a folder that is no model of Hugging Face's says what is missing", "[hf]") {
  const test::Folder folder;
  CHECK(message(folder, Exit::usage, [&] { models::import_transformer(folder / "none"); }) ==
        "there is no folder 'DIR/none'");
  CHECK(import_error(folder) == "'DIR' is not a model of Hugging Face's: it has no config.json");
  copy_golden(folder, "gpt2");
  std::filesystem::remove(folder / "model.safetensors");
  CHECK(import_error(folder) ==
        "'DIR' has neither model.safetensors nor model.safetensors.index.json; weights in another "
        "format must be saved as safetensors first");
}

TEST_CASE("a config.json that dlt cannot run names the key", "[hf]") {
  const test::Folder folder;
  const auto error = [&](const std::string& model, const std::string& key, const json& value) {
    copy_golden(folder, model);
    set(folder, key, value);
    return import_error(folder);
  };
  CHECK(error("gpt2", "model_type", "bert") ==
        "DIR/config.json: /model_type: expected gpt2, llama, mamba or marian, got \"bert\"");
  CHECK(error("gpt2", "n_head", 5) ==
        "DIR/config.json: /n_head: expected a divisor of n_embd = 32, got 5");
  CHECK(error("gpt2", "n_layer", 1000000000) ==
        "DIR/config.json: /n_layer: expected an integer from 1 to 1000, got 1000000000");
  CHECK(error("gpt2", "n_embd", nullptr) ==
        "DIR/config.json: /n_embd: expected an integer from 1 to 1048576, got null");
  CHECK(error("gpt2", "activation_function", "gelu") ==
        "DIR/config.json: /activation_function: expected gelu_new, gelu_pytorch_tanh, gelu_fast, "
        "relu or silu, got \"gelu\"");
  CHECK(error("gpt2", "scale_attn_weights", false) ==
        "DIR/config.json: /scale_attn_weights: expected true, dlt has nothing else, got false");
  CHECK(error("gpt2", "tie_word_embeddings", 1) ==
        "DIR/config.json: /tie_word_embeddings: expected true or false, got 1");
  CHECK(error("llama", "rms_norm_eps", "x") ==
        "DIR/config.json: /rms_norm_eps: expected a number from 0 to 1, got \"x\"");
  CHECK(error("llama", "num_key_value_heads", 3) ==
        "DIR/config.json: /num_key_value_heads: expected a divisor of num_attention_heads = 4, "
        "got 3");
  CHECK(error("llama", "rope_scaling", {{"type", "linear"}, {"factor", 2}}) ==
        "DIR/config.json: /rope_scaling: expected rope_type default, dlt scales positions in no "
        "other way, got {\"factor\":2,\"type\":\"linear\"}");
  CHECK(error("llama", "rope_parameters", {{"rope_theta", -1}}) ==
        "DIR/config.json: /rope_parameters: expected a rope_theta from 1 to 1e12, got "
        "{\"rope_theta\":-1}");
  write_file(folder / "config.json", "{\"model_type\": }");
  CHECK(import_error(folder) ==
        "DIR/config.json:1:16: not valid JSON: expected a value: a number, a "
        "\"string\", true, false, null, [list] or {object}");
}

TEST_CASE("rope_theta is read from either place", "[hf]") {
  const test::Folder folder;
  copy_golden(folder, "llama");
  set(folder, "rope_parameters", {{"rope_type", "default"}, {"rope_theta", 5e5}});
  CHECK(models::read_hf_config(folder / "config.json").rope_theta == 5e5);
  set(folder, "rope_parameters", nullptr);
  set(folder, "rope_theta", 2e4);
  CHECK(models::read_hf_config(folder / "config.json").rope_theta == 2e4);
}

TEST_CASE("weights that do not belong to config.json name the tensor", "[hf]") {
  const test::Folder folder;
  const auto error = [&](const auto& edit) {
    copy_golden(folder, "gpt2");
    edit_weights(folder, edit);
    return import_error(folder);
  };
  CHECK(error([](nn::StateDict& t) { t.erase("transformer.h.1.ln_1.bias"); }) ==
        "DIR/model.safetensors: tensor 'transformer.h.1.ln_1.bias' [32], which config.json asks "
        "for, is missing");
  CHECK(error([](nn::StateDict& t) {
          t["transformer.wte.weight"] = Tensor::zeros({60, 32});
        }) ==
        "DIR/model.safetensors: tensor 'transformer.wte.weight' is [60, 32], config.json asks for "
        "[61, 32]");
  CHECK(error([](nn::StateDict& t) { t["transformer.h.2.ln_1.bias"] = Tensor::zeros({32}); }) ==
        "DIR/model.safetensors: config.json asks for no tensor 'transformer.h.2.ln_1.bias' [32]");
}
