#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "check/compare.h"
#include "check/replay.h"
#include "io/safetensors.h"
#include "support/folder.h"
#include "support/paths.h"

using namespace dlt;
namespace fs = std::filesystem;

namespace {

const std::string golden = test::in_source("tests/golden/");

// The names of the outcomes that failed.
std::vector<std::string> failures(const std::string& dir) {
  std::vector<std::string> names;
  for (const auto& outcome : check::replay(dir)) {
    INFO(outcome.name << ": " << outcome.detail);
    CHECK(outcome.passed == outcome.detail.empty());
    if (!outcome.passed) names.push_back(outcome.name);
  }
  return names;
}

template <class F>
void edit_expected(const std::string& dir, const F& edit) {
  const std::string path = dir + "/expected.safetensors";
  io::SafetensorsContent content;
  {
    const io::SafetensorsFile file(path);
    content.tensors = file.tensors();
    for (const auto& [name, entry] : file.entries()) {
      if (entry.dtype == "I64") content.indices.emplace(name, file.indices(name));
    }
  }
  edit(content.tensors);
  io::write_safetensors(path, content);
}

// Adds 0.1 % of the tensor's largest number to one element.
void disturb(Tensor& t) {
  real largest = 0;
  for (real v : t.values()) largest = std::max(largest, std::abs(v));
  t.mutable_data()[0] += largest * real(1e-3);
}

std::string error(const std::string& dir, Exit exit) {
  try {
    check::replay(dir);
  } catch (const Error& e) {
    CHECK(e.exit() == exit);
    return e.what();
  }
  return "no error";
}

const std::string known =
    "known: operators (ops.json, ops.safetensors), a language model (config.json of model_type "
    "gpt2, llama or mamba, model.safetensors, expected.safetensors), an encoder-decoder (the same "
    "of model_type marian), a training run (a language model and recipe.json), bpe (bpe.json, "
    "tokenizer.json), optim (optim.json, optim.safetensors, schedules.json), ngram (train.txt, "
    "test.txt, o3.arpa, o3.query.txt, o3.summary.txt), arpa (.arpa files), bleu (bleu.json, "
    "bleu_golden.json), a classifier of pictures (model.safetensors of torchvision's names, "
    "expected.safetensors, no config.json)";

}  // namespace

TEST_CASE("the reference case of Marian passes, searches too", "[check][seq2seq]") {
  CHECK(failures(golden + "marian").empty());
  CHECK(check::replay(golden + "marian").size() == 91);
}

TEST_CASE("the reference case of Mamba passes", "[check][mamba]") {
  CHECK(failures(golden + "mamba").empty());
  CHECK(check::replay(golden + "mamba").size() == 26);
}

TEST_CASE("the reference cases of GPT-2, Llama and training pass", "[check]") {
  CHECK(failures(golden + "gpt2").empty());
  CHECK(failures(golden + "llama").empty());
  CHECK(failures(golden + "train_gpt2").empty());
  CHECK(check::replay(golden + "gpt2").size() == 32);
  CHECK(check::replay(golden + "llama").size() == 25);
  CHECK(check::replay(golden + "train_gpt2").size() == 3);
}

TEST_CASE("the reference cases of MobileNet and ShuffleNet pass", "[check][vision]") {
  CHECK(failures(golden + "mobilenet_v2_x0_35").empty());
  CHECK(failures(golden + "shufflenet_v2_x0_5").empty());
  CHECK(check::replay(golden + "shufflenet_v2_x0_5").front().name == "vision.shufflenet_v2 logits");
}

TEST_CASE("pictures that a classifier cannot take are an error", "[check][vision]") {
  const test::Folder folder;
  fs::copy(golden + "shufflenet_v2_x0_5", folder / "case");
  edit_expected(folder / "case", [](auto& t) { t["x"] = Tensor::zeros({2, 1, 64, 64}); });
  CHECK(error(folder / "case", Exit::data) ==
        folder /
            "case/expected.safetensors: x [2, 1, 64, 64] is not [batch, 3, height, width], as "
            "vision.shufflenet_v2 takes it");
}

TEST_CASE("a folder of cases replays each of them", "[check]") {
  const test::Folder folder;
  for (const char* name : {"llama", "bpe"}) {
    fs::copy(golden + name, folder / name, fs::copy_options::recursive);
  }
  const auto outcomes = check::replay(folder.path());
  CHECK(outcomes.front().name.starts_with("bpe/"));
  CHECK(outcomes.back().name == "llama/greedy, recomputed");
  CHECK(std::ranges::all_of(outcomes, [](const auto& o) { return o.passed; }));
}

TEST_CASE("a number that is off by a thousandth fails its own outcome alone", "[check]") {
  for (const char* name : {"logits", "loss", "grad/transformer.h.1.mlp.c_fc.weight"}) {
    const test::Folder folder;
    fs::copy(golden + "gpt2", folder / "case");
    edit_expected(folder / "case", [&](auto& tensors) { disturb(tensors.at(name)); });
    CHECK(failures(folder / "case") == std::vector<std::string>{name});
  }
  for (const char* name : {"losses", "grad_norms", "final_wte"}) {
    const test::Folder folder;
    fs::copy(golden + "train_gpt2", folder / "case");
    edit_expected(folder / "case", [&](auto& tensors) { disturb(tensors.at(name)); });
    CHECK(failures(folder / "case") == std::vector<std::string>{name});
  }
}

TEST_CASE("another continuation fails both ways of generating", "[check]") {
  const test::Folder folder;
  fs::copy(golden + "gpt2", folder / "case");
  write_file(folder / "case/greedy.json", R"({"prompt": [5, 28, 29, 42],
                                              "output": [5, 28, 29, 42, 54, 1]})");
  CHECK(failures(folder / "case") ==
        std::vector<std::string>{"greedy, cached", "greedy, recomputed"});
  CHECK(check::replay(folder / "case").back().detail == "token 5 is 54, not 1");
  write_file(folder / "case/greedy.json", R"({"prompt": [5, 61], "output": [5, 61, 2]})");
  CHECK(error(folder / "case", Exit::data) ==
        folder / "case/greedy.json: /prompt: expected a list of token ids from 0 to 60");
}

TEST_CASE("an unknown layout is an error, never a skip", "[check]") {
  const test::Folder folder;
  CHECK(error(folder / "none", Exit::usage) == "there is no folder '" + folder / "none" + "'");
  CHECK(error(folder.path(), Exit::data) ==
        "'" + folder.path() + "' is in no layout that can be replayed; " + known);
  fs::copy(golden + "gpt2", folder / "case");
  fs::create_directory(folder / "ocr");
  write_file(folder / "ocr/ocr.json", "");
  CHECK(error(folder.path(), Exit::data) ==
        "'" + folder / "ocr" + "' is in no layout that can be replayed; " + known);
  write_file(folder / "case/config.json", R"({"model_type": "bert"})");
  CHECK(error(folder / "case", Exit::data) ==
        folder / "case/config.json: /model_type: \"bert\" is unknown here; " + known);
}

TEST_CASE("the error of a tensor is measured by its largest number", "[check]") {
  const Tensor expected = Tensor::from({2, 2}, {1, -4, 2, 0});
  const auto off = check::compare("t", Tensor::from({2, 2}, {1, -4, 2.5, 0}), expected);
  CHECK_FALSE(off.passed);
  CHECK(off.error == 0.125);
  CHECK(off.detail == "element [1, 0] is 2.5, not 2");
  CHECK(check::compare("t", expected, expected).passed);
  CHECK(check::compare("t", Tensor::zeros({3}), Tensor::zeros({3})).passed);
  CHECK_FALSE(check::compare("t", Tensor::from({1}, {real(NAN)}), Tensor::from({1}, {1})).passed);
  CHECK(check::compare("t", Tensor::zeros({4}), expected).detail == "the shape is [4], not [2, 2]");
}
