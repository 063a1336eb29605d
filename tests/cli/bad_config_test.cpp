#include <catch2/catch.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

// Nothing may be written for a config that cannot be used.
void refuses_config(const Args& more, const std::string& sentence, int code = 2) {
  const Folder folder;
  refuses(train_tiny(folder / "run", more), code, sentence);
  CHECK(folder.list().empty());
}

void refuses_set(const std::string& name, const std::string& value, const std::string& why) {
  refuses_config({"--set", name + "=" + value}, "--set " + name + ": " + why);
}

}  // namespace

TEST_CASE("an unknown config key gets its place and the nearest name", "[cli]") {
  const Folder folder;
  put(folder / "typo.json", "{\n  \"model\": {\"name\": \"lm.transformer\",\n  \"layer\": 1}\n}\n");
  refuses(
      {"train", folder / "typo.json", "--out", folder / "run"}, 2,
      (folder / "typo.json") + ":3:3: /model/layer: is not a known key; did you mean 'layers'?");
  CHECK(folder.list() == Args{"typo.json"});
  refuses_set("train.stepz", "5", "is not a known key; did you mean 'steps'?");
}

TEST_CASE("a wrong type and a number out of range say what is allowed", "[cli]") {
  const Folder folder;
  put(folder / "type.json", "{\"model\": {\"name\": \"lm.transformer\", \"layers\": \"six\"}}");
  refuses({"train", folder / "type.json", "--out", folder / "run"}, 2,
          (folder / "type.json") +
              ":1:48: /model/layers: expected an integer in [1, 1000], got \"six\" (string)");
  CHECK(folder.list() == Args{"type.json"});
  refuses_set("train.batch", "0", "expected an integer in [1, 1048576], got 0 (number)");
  refuses_set("model.layers", "1000000000",
              "expected an integer in [1, 1000], got 1000000000 (number)");
  refuses_set("model.dropout", "1.0", "expected a number in [0, 0.95], got 1.0 (number)");
  refuses_set("train.optimizer.lr", "-1", "expected a number in [0, 1000000], got -1 (number)");
  refuses_set("train.steps", "0", "expected an integer >= 1, got 0 (number)");
  refuses_set("seed", "-1", "expected an integer >= 0, got -1 (number)");
  refuses_set("model", "7", "expected an object, got 7 (number)");
}

TEST_CASE("an unknown name says which there are", "[cli]") {
  refuses_set("model.name", "lm.transfomer",
              "unknown model 'lm.transfomer'; did you mean 'lm.transformer'?");
  refuses_set("train.optimizer.name", "adan", "unknown optimizer 'adan'; did you mean 'adam'?");
  refuses_set("train.schedule.name", "cosin", "unknown schedule 'cosin'; did you mean 'cosine'?");
  refuses_set("data.tokenizer.name", "byte", "unknown tokenizer 'byte'; did you mean 'bytes'?");
}

TEST_CASE("sizes that do not fit each other are named", "[cli]") {
  refuses_config({"--set", "model.width=33"},
                 "tests/cli/tiny.json:3:74: /model/heads: 2 does not divide width = 33; choose a "
                 "divisor or give head_width too");
  refuses_config({"--set", "model.heads=4", "--set", "model.kv_heads=3"},
                 "--set model.kv_heads: 3 does not divide heads = 4");
  refuses_config({"--set", "model.positions=rope", "--set", "model.head_width=7"},
                 "--set model.head_width: rope rotates pairs, so 7 must be even");
  refuses_config({"--set", "data.tokenizer.name=bpe", "--set", "data.tokenizer.vocab_size=100"},
                 "--set data.tokenizer.vocab_size: a byte-level BPE needs at least 257 tokens (256 "
                 "bytes and <|endoftext|>), got 100");
  refuses_config({"--set", "train.schedule.min_lr=1"},
                 "--set train.schedule.min_lr: expected at most the optimizer's lr, 0.01, got 1");
}

TEST_CASE("a model larger than the machine is refused before anything is allocated", "[cli]") {
  const Folder folder;
  const auto huge = [&](Args sets) {
    for (std::size_t i = 0; i < sets.size(); i += 2) sets.insert(sets.begin() + i, "--set");
    const Ended run = dlt(train_tiny(folder / "run", sets));
    CHECK(run.code == 2);
    CHECK(folder.list().empty());
    return run.err;
  };
  using Catch::Contains;
  using Catch::StartsWith;
  const std::string width = huge({"model.layers=1000", "model.width=1048576"});
  CHECK_THAT(width, StartsWith("dlt: --set model.width: 1.32e+16 parameters take 211106455 GB with "
                               "gradients and moments, this machine has "));
  CHECK_THAT(width, Contains(" GB: use a smaller width or fewer layers\n"));
  const std::string batch = huge({"train.batch=1024", "model.context=262144"});
  CHECK_THAT(batch,
             StartsWith("dlt: --set train.batch: a step of 1024 x 262144 tokens takes about "));
  CHECK_THAT(batch, Contains("GB: use a smaller batch (and train.accumulate) or model.context\n"));
  CHECK(huge({"train.batch=1048576", "model.context=16777216"}) ==
        "dlt: --set train.batch: 1048576 x 16777216 tokens are more than 268435456 at once: use a "
        "smaller batch and train.accumulate\n");
  CHECK(huge({"model.heads=1048576", "model.head_width=1048576"}) ==
        "dlt: --set model.head_width: 1048576 heads of width 1048576 are wider than dlt goes, "
        "8388608 in all\n");
}

TEST_CASE("--set and --sweep that are not assignments show the form", "[cli]") {
  refuses_config({"--set", "train.steps"},
                 "--set train.steps: expected the form a.b=value, as in --set train.steps=100");
  refuses_config({"--sweep", "train.steps"},
                 "--sweep train.steps: write it as a.b=v1,v2, for example --sweep "
                 "train.optimizer.lr=1e-3,3e-4");
  refuses_config({"--sweep", "train.batch=2,x"},
                 "--set train.batch: expected an integer in [1, 1048576], got \"x\" (string)");
}

TEST_CASE("a config that is not there or is not JSON", "[cli]") {
  const Folder folder;
  refuses({"train", "nope.json", "--out", folder / "run"}, 2,
          "cannot open 'nope.json': No such file or directory");
  put(folder / "torn.json", "{\"model\": {");
  refuses({"train", folder / "torn.json", "--out", folder / "run"}, 2,
          (folder / "torn.json") + ":1:12: not valid JSON: expected a key in double quotes");
  CHECK(folder.list() == Args{"torn.json"});
}

TEST_CASE("a word too many, too few or misspelled on the command line", "[cli]") {
  refuses({}, 2,
          "give a command: train, eval, generate, predict, translate, average, export, import, "
          "tokenizer, data, inspect, bench, growth, gradflow, report, check, doctor, api, "
          "gradcheck, sa, ssm, "
          "ngram, embed, bleu (see `dlt --help`)");
  refuses({"trian"}, 2, "unknown command 'trian'; did you mean 'train'? (see `dlt --help`)");
  refuses({"tokenizer"}, 2, "give a command: train, encode, decode (see `dlt tokenizer --help`)");
  refuses({"train"}, 2, "config is required (see `dlt train --help`)");
  refuses({"train", "a.json", "--stepz", "5"}, 2,
          "unknown option '--stepz' (see `dlt train --help`)");
  refuses({"train", "a.json", "--resum"}, 2,
          "unknown option '--resum'; did you mean '--resume'? (see `dlt train --help`)");
  refuses({"eval", "a", "b"}, 2, "'b' is one argument too many (see `dlt eval --help`)");
  refuses({"train", "a.json", "--threads", "0"}, 2,
          "--threads: expected an integer in [1, 1024], got '0' (see `dlt train --help`)");
  refuses({"generate", "a", "--prompt", "x", "--tokens", "0"}, 2,
          "--tokens: expected an integer >= 1, got '0' (see `dlt generate --help`)");
  refuses({"generate", "a", "--prompt", "x", "--temperature", "nan"}, 2,
          "--temperature: expected a number in [0, 100], got 'nan' (see `dlt generate --help`)");
  refuses({"generate", "a", "--prompt", "x", "--seed", "-1"}, 2,
          "--seed: expected an integer >= 0, got '-1' (see `dlt generate --help`)");
  refuses({"train", "a.json", "--resume", "--overwrite"}, 2,
          "--resume goes on with a run, --overwrite throws it away: give one of them");
}

TEST_CASE("a group of parameters that there are none of is refused before any work", "[cli]") {
  refuses_set("train.optimizer.groups", R"([{"match": "*.attention.weihgt"}])",
              "/train/optimizer/groups/0/match: '*.attention.weihgt' matches no parameter; the "
              "nearest is 'blocks.0.attention.out.weight'");
}

}  // namespace dlt::test
