#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "data/text_source.h"
#include "io/safetensors.h"
#include "models/hf_json.h"
#include "models/mamba/hf.h"
#include "models/mamba/mamba_lm.h"
#include "ops/recurrent.h"
#include "support/model_files.h"
#include "support/paths.h"
#include "support/transformers.h"

using namespace dlt;
using namespace dlt::models;
using nlohmann::json;
using test::equal, test::message;

namespace {

const std::string golden = test::in_source("tests/golden/mamba/");

MambaLmConfig small_config(const std::string& options, std::int64_t vocab) {
  auto model = config::Reader::parse_text(options, "model");
  MambaLmConfig c = MambaLmConfig::read(model);
  c.vocab = vocab;
  return c;
}

std::int64_t parameters(std::int64_t layers, std::int64_t width) {
  const std::string options = fmt::format(R"({{"layers": {}, "width": {}}})", layers, width);
  return static_cast<std::int64_t>(size_of_stack_lm(small_config(options, 50280), 1).parameters);
}

void copy_golden(const test::Folder& folder) {
  for (const char* file : {"config.json", "model.safetensors"}) {
    std::filesystem::copy_file(golden + file, folder / file,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

json read_config(const test::Folder& folder) {
  return json::parse(read_file(folder / "config.json", Exit::failed));
}

std::string error_with(const std::string& key, const json& value) {
  const test::Folder folder;
  copy_golden(folder);
  json config = read_config(folder);
  config[key] = value;
  write_file(folder / "config.json", config.dump());
  return message(folder, Exit::damaged, [&] { import_mamba(folder.path()); });
}

// The golden model as the authors would have saved it.
void write_authors(const test::Folder& folder, const json& more = json::object()) {
  copy_golden(folder);
  auto tensors = io::SafetensorsFile(folder / "model.safetensors").tensors();
  const Tensor table = tensors.at("backbone.embeddings.weight");
  Tensor padded = Tensor::zeros({64, 24});
  std::ranges::copy(table.values(), padded.mutable_data());
  tensors.erase("backbone.embeddings.weight");
  tensors.emplace("backbone.embedding.weight", padded);
  tensors.emplace("lm_head.weight", padded);
  io::write_safetensors(folder / "model.safetensors", {tensors, {}, {}});
  json config = {{"d_model", 24},          {"n_layer", 2},
                 {"vocab_size", 61},       {"ssm_cfg", {{"d_state", 8}, {"dt_rank", 4}}},
                 {"rms_norm", true},       {"residual_in_fp32", true},
                 {"fused_add_norm", true}, {"pad_vocab_size_multiple", 8}};
  config.update(more);
  write_file(folder / "config.json", config.dump());
}

}  // namespace

TEST_CASE("published Mambas have the published numbers of parameters", "[mamba]") {
  CHECK(parameters(24, 768) == 129'135'360);
  CHECK(parameters(48, 1024) == 371'516'416);
  CHECK(parameters(48, 1536) == 793'204'224);
  CHECK(parameters(48, 2048) == 1'372'178'432);
  CHECK(parameters(64, 2560) == 2'768'345'600);
  CHECK(parameters(25, 768) - parameters(24, 768) == 3'771'648);
  nn::Params params = nn::Params::blank();
  auto model = config::Reader::parse_text("{}", "model");
  const MambaMixer mixer(nn::Scope(params), MambaConfig::read(model, 16, 1));
  CHECK(params.count() == 3360);
}

TEST_CASE("Mamba begins with states that decay at 1, 2, 3 ... and steps of chosen sizes",
          "[mamba]") {
  nn::Params params(1);
  auto model = config::Reader::parse_text(R"({"step_min": 0.01, "step_max": 0.01})", "model");
  const MambaMixer mixer(nn::Scope(params), MambaConfig::read(model, 16, 1));
  const Tensor a_log = params.all().at("A_log"), bias = params.all().at("dt_proj.bias");
  REQUIRE(a_log.shape() == Shape{32, 16});
  for (std::int64_t i : {0, 16, 31 * 16}) {
    CHECK(a_log.data()[i] == Approx(0).margin(1e-7));
    CHECK(a_log.data()[i + 1] == Approx(0.693147).epsilon(1e-6));
    CHECK(a_log.data()[i + 2] == Approx(1.098612).epsilon(1e-6));
    CHECK(a_log.data()[i + 15] == Approx(2.772589).epsilon(1e-6));
  }
  for (real v : bias.values()) CHECK(v == Approx(-4.60016602).epsilon(1e-6));
  for (real v : params.all().at("D").values()) CHECK(v == 1);
  CHECK_FALSE(params.tuning("A_log").decays);

  // The biases of other step sizes, each alone.
  const std::pair<const char*, double> steps[] = {
      {"1e-4", -9.21029037}, {"1e-3", -6.90725524}, {"0.1", -2.25216846}};
  for (const auto& [size, expected] : steps) {
    nn::Params own(1);
    auto one = config::Reader::parse_text(
        fmt::format(R"({{"step_min": {0}, "step_max": {0}}})", size), "model");
    const MambaMixer with(nn::Scope(own), MambaConfig::read(one, 16, 1));
    CHECK(own.all().at("dt_proj.bias").values()[0] == Approx(expected).epsilon(1e-6));
  }
}

TEST_CASE("Mamba's scan of one state, delta being softplus(0)", "[mamba]") {
  const Tensor ones = Tensor::filled({1, 3, 1}, 1), zeros = Tensor::zeros({1, 3, 1});
  const Tensor y = ops::scan_rows({.u = Tensor::from({1, 3, 1}, {1, 2, 3}),
                                   .delta = zeros,
                                   .softplus = true,
                                   .a = Tensor::filled({1, 1}, -1),
                                   .b = {ones},
                                   .c = {ones},
                                   .d = Tensor::filled({1}, 1)})
                       .y;
  CHECK(y.values()[0] == Approx(1.6931471806));
  CHECK(y.values()[1] == Approx(3.7328679514));
  CHECK(y.values()[2] == Approx(5.9458755174));
}

TEST_CASE("a Mamba folder of Hugging Face's is read and written without a change", "[hf][mamba]") {
  const auto theirs = io::SafetensorsFile(golden + "model.safetensors").tensors();
  const ImportedMamba imported = import_mamba(golden);
  CHECK(equal(imported.weights, theirs));
  CHECK(imported.model.vocab == 61);
  CHECK(imported.model.mixer.states == 8);
  CHECK(imported.model.mixer.step_rank == 4);

  const test::Folder folder;
  nn::Params params = nn::Params::blank();
  const MambaLm net(nn::Scope(params), imported.model);
  net.export_weights("hf", folder / "out", imported.weights, *data::make_ids(61));
  CHECK(equal(io::SafetensorsFile(folder / "out/model.safetensors").tensors(), theirs));
  const json before = json::parse(read_file(golden + "config.json", Exit::failed));
  const json after = json::parse(read_file(folder / "out/config.json", Exit::failed));
  for (const char* key :
       {"architectures", "model_type", "vocab_size", "hidden_size", "num_hidden_layers",
        "state_size", "conv_kernel", "expand", "intermediate_size", "time_step_rank",
        "time_step_min", "time_step_max", "time_step_floor", "use_bias", "use_conv_bias",
        "hidden_act", "layer_norm_epsilon", "initializer_range", "tie_word_embeddings"}) {
    INFO(key);
    CHECK(after.at(key) == before.at(key));
  }
  const ImportedMamba again = import_mamba(folder / "out");
  CHECK(equal(again.weights, theirs));
  CHECK(again.config == imported.config);
}

TEST_CASE("a Mamba with every option comes back as it was", "[hf][mamba]") {
  const test::Folder folder;
  const MambaLmConfig c = small_config(
      R"({"layers": 1, "width": 8, "inner": 24, "states": 3, "kernel": 2, "step_rank": 5,
          "bias": true, "kernel_bias": false, "step_min": 0.002, "step_max": 0.2,
          "step_floor": 0.003, "norm_epsilon": 1e-6, "tied": false, "init_deviation": 0.3})",
      11);
  nn::Params params(3);
  const MambaLm net(nn::Scope(params), c);
  net.export_weights("hf", folder / "out", params.all(), *data::make_ids(11));
  const ImportedMamba imported = import_mamba(folder / "out");
  CHECK(equal(imported.weights, params.all()));
  const MambaConfig &a = c.mixer, &b = imported.model.mixer;
  CHECK(std::tie(a.step_min, a.step_max, a.step_floor) ==
        std::tie(b.step_min, b.step_max, b.step_floor));
  CHECK(imported.model.architecture.config.norm_epsilon == 1e-6);
  CHECK(imported.model.init_deviation == 0.3);
}

TEST_CASE("the authors' Mamba checkpoints load too, their table padded", "[hf][mamba]") {
  const test::Folder folder;
  write_authors(folder);
  CHECK(hf_family(folder.path()) == "mamba");
  const ImportedMamba imported = import_mamba(folder.path()), expected = import_mamba(golden);
  CHECK(imported.model.vocab == 64);
  auto weights = imported.weights;
  const Tensor table = weights.at("backbone.embeddings.weight");
  weights["backbone.embeddings.weight"] = Tensor::from({61, 24}, table.values().first(61 * 24));
  CHECK(equal(weights, expected.weights));

  const auto error = [&](const json& more) {
    write_authors(folder, more);
    return message(folder, Exit::damaged, [&] { import_mamba(folder.path()); });
  };
  CHECK(error({{"ssm_cfg", {{"layer", "Mamba2"}}}}) ==
        "DIR/config.json: /ssm_cfg: expected Mamba1, dlt has no other, as its 'layer', got "
        "{\"layer\":\"Mamba2\"}");
  CHECK(error({{"ssm_cfg", {{"d_state", 0}}}}) ==
        "DIR/config.json: /ssm_cfg: expected 1 to 1024 as its 'd_state', got {\"d_state\":0}");
  CHECK(error({{"ssm_cfg", {{"ngroups", 1}}}}) ==
        "DIR/config.json: /ssm_cfg: expected only what dlt knows, not 1 as its 'ngroups', got "
        "{\"ngroups\":1}");
  CHECK(error({{"rms_norm", false}}) ==
        "DIR/config.json: /rms_norm: expected true, dlt has nothing else, got false");
  CHECK(error({{"attn_layer_idx", {3}}}) ==
        "DIR/config.json: /attn_layer_idx: expected none, dlt's Mamba has no attention, got [3]");
  CHECK(error({{"d_intermediate", 64}}) ==
        "DIR/config.json: /d_intermediate: expected 0, dlt's Mamba has no MLP, got 64");
}

TEST_CASE("a Mamba config.json that dlt cannot run names the key", "[hf][mamba][errors]") {
  CHECK(error_with("hidden_act", "gelu") ==
        "DIR/config.json: /hidden_act: expected \"silu\", dlt has nothing else, got \"gelu\"");
  CHECK(error_with("state_size", 4096) ==
        "DIR/config.json: /state_size: expected an integer from 1 to 1024, got 4096");
  CHECK(error_with("time_step_rank", "all") ==
        "DIR/config.json: /time_step_rank: expected an integer from 1 to 1048576, got \"all\"");
  CHECK(error_with("quantization_config", json::object({{"bits", 4}})) ==
        "DIR/config.json: /quantization_config: expected none, dlt reads plain floats, got "
        "{\"bits\":4}");
  CHECK(error_with("conv_kernel", 5) ==
        "DIR/model.safetensors: tensor 'backbone.layers.0.mixer.conv1d.weight' is [48, 1, 4], "
        "config.json asks for [48, 1, 5]");
}

TEST_CASE("what MambaForCausalLM cannot be is not written for it", "[hf][mamba][errors]") {
  const auto error = [](const std::string& options) {
    const test::Folder folder;
    nn::Params params(1);
    const MambaLm net(nn::Scope(params), small_config(options, 7));
    return message(folder, Exit::usage, [&] {
      net.export_weights("hf", folder / "out", params.all(), *data::make_ids(7));
    });
  };
  CHECK(error(R"({"layers": 1, "width": 8, "norm": "layer"})") ==
        "these weights cannot be written for Hugging Face: MambaForCausalLM needs model.norm = "
        "rms; train with that, or export safetensors");
  CHECK(error(R"({"layers": 1, "width": 8, "inner": 12})") ==
        "these weights cannot be written for Hugging Face: MambaForCausalLM needs model.inner = a "
        "multiple of width = 8; train with that, or export safetensors");
}
