#include "models/transformer/hf.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/file.h"
#include "data/text_source.h"
#include "io/safetensors.h"
#include "support/model_files.h"
#include "support/paths.h"
#include "support/transformers.h"

using namespace dlt;
using models::TransformerConfig;
using nlohmann::json;
using test::equal, test::message;

namespace {

const std::string golden = test::in_source("tests/golden/");

std::vector<TransformerConfig> every_kind() {
  std::vector<TransformerConfig> all;
  for (const TransformerConfig& base : {test::small_gpt2(), test::small_llama()}) {
    for (bool bias : {false, true}) {
      for (bool tied : {false, true}) {
        all.push_back(base);
        all.back().bias = bias;
        all.back().tied = tied;
      }
    }
  }
  all.push_back(test::small_gpt2());
  all.back().mlp = "relu";
  all.push_back(test::small_llama());
  all.back().head_width = 6;  // heads * head_width is not the width
  return all;
}

}  // namespace

TEST_CASE("weights go to Hugging Face's layout and back unchanged", "[hf]") {
  for (const TransformerConfig& c : every_kind()) {
    const test::RandomTransformer model(c);
    const auto theirs = models::to_hf(model.params.all(), c);
    CHECK(equal(models::from_hf(theirs, c), model.params.all()));
    CHECK(equal(models::to_hf(models::from_hf(theirs, c), c), theirs));
  }
}

TEST_CASE("published folders keep every tensor when written again", "[hf]") {
  for (const char* name : {"gpt2", "llama"}) {
    const auto imported = models::import_transformer(golden + name);
    CHECK(equal(models::to_hf(imported.weights, imported.model),
                io::SafetensorsFile(golden + name + "/model.safetensors").tensors()));
  }
}

TEST_CASE("GPT-2's projections are transposed, Llama's are split", "[hf]") {
  const test::RandomTransformer gpt2(test::small_gpt2()), llama(test::small_llama());
  const auto g = models::to_hf(gpt2.params.all(), test::small_gpt2());
  CHECK(g.at("transformer.h.1.mlp.c_fc.weight").shape() == Shape{8, 12});
  CHECK(g.at("transformer.h.1.mlp.c_fc.weight").data()[1] ==
        gpt2.params.all().at("blocks.1.mlp.up.weight").data()[8]);
  const auto l = models::to_hf(llama.params.all(), test::small_llama());
  CHECK(l.at("model.layers.0.self_attn.q_proj.weight").shape() == Shape{8, 8});
  CHECK(l.at("model.layers.0.self_attn.v_proj.weight").shape() == Shape{4, 8});
  CHECK(l.at("model.layers.0.self_attn.v_proj.weight").data()[0] ==
        llama.params.all().at("blocks.0.attention.qkv.weight").data()[12 * 8]);
  CHECK(l.at("model.layers.0.mlp.up_proj.weight").data()[0] ==
        llama.params.all().at("blocks.0.mlp.gate_up.weight").data()[12 * 8]);
}

TEST_CASE("an exported folder is imported with the same logits", "[hf]") {
  for (TransformerConfig c : every_kind()) {
    const test::Folder folder;
    const test::RandomTransformer model(c);
    models::export_transformer("hf", folder / "out", model.params.all(), c, *data::make_ids(11));
    const auto imported = models::import_transformer(folder / "out");
    test::RandomTransformer again(imported.model, 2);
    again.params.load(imported.weights);
    const Indices tokens = test::random_tokens({2, 6}, c.vocab, 3);
    const autograd::NoGrad off;
    CHECK(std::ranges::equal(model.net.logits(tokens).values(), again.net.logits(tokens).values()));
  }
}

TEST_CASE("an export has the files that other programs look for", "[hf]") {
  const test::Folder folder;
  const auto tokenizer = text::train_bpe("the cat and the hat", {.vocab_size = 260});
  TransformerConfig c = test::small_gpt2();
  c.vocab = tokenizer->size();
  const test::RandomTransformer model(c);
  models::export_transformer("hf", folder / "out/", model.params.all(), c, *tokenizer);
  CHECK(folder.list() == std::vector<std::string>{"out"});
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
    files.push_back(entry.path().filename());
  }
  std::ranges::sort(files);
  CHECK(files == std::vector<std::string>{"config.json", "generation_config.json",
                                          "model.safetensors", "special_tokens_map.json",
                                          "tokenizer.json", "tokenizer_config.json"});
  const auto read = [&](const char* name) {
    return json::parse(read_file(folder / "out/" + name, Exit::failed));
  };
  CHECK(read("config.json")["eos_token_id"] == 0);
  CHECK(read("config.json")["n_inner"] == 12);
  CHECK(read("special_tokens_map.json")["bos_token"] == "<|endoftext|>");
  CHECK(read("tokenizer_config.json")["model_max_length"] == 6);
  CHECK(io::SafetensorsFile(folder / "out/model.safetensors").metadata().at("format") == "pt");
  CHECK(text::load_tokenizer(folder / "out/tokenizer.json")->encode("the hat") ==
        tokenizer->encode("the hat"));
}

TEST_CASE("an export refuses a folder that holds something, and options that do not fit", "[hf]") {
  const test::Folder folder;
  const auto ids = data::make_ids(11);
  const auto error = [&](TransformerConfig c, const std::string& out, const char* format = "hf") {
    const test::RandomTransformer model(c);
    return message(folder, Exit::usage,
                   [&] { models::export_transformer(format, out, model.params.all(), c, *ids); });
  };
  write_file(folder / "file", "x");
  const TransformerConfig gpt2 = test::small_gpt2();
  CHECK(error(gpt2, folder.path()) == "'DIR' is not empty: give another --out, or empty it first");
  CHECK(error(gpt2, folder / "file") ==
        "'DIR/file' is a file, format hf is a folder: give another --out");
  CHECK(error(gpt2, folder.path(), "npz") ==
        "'DIR' is a folder, format npz is one file: give its name with --out");
  CHECK(error(gpt2, folder / "out", "gguf") ==
        "unknown format 'gguf'; known: hf, safetensors, npz");
  TransformerConfig rope = gpt2;
  rope.positions = "rope";
  CHECK(error(rope, folder / "out") ==
        "these weights cannot be written for Hugging Face: model.positions = rope makes it a Llama "
        "there, which needs model.norm = rms; train with that, or export safetensors");
  TransformerConfig grouped = gpt2;
  grouped.kv_heads = 1;
  CHECK(error(grouped, folder / "out") ==
        "these weights cannot be written for Hugging Face: model.positions = learned makes it a "
        "GPT-2 there, which needs model.kv_heads = 2; train with that, or export safetensors");
  CHECK(folder.list() == std::vector<std::string>{"file"});
}
