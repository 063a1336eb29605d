#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "io/safetensors.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

const std::string tiny = "tests/cli/tiny_seq2seq.json";

Args with(Args args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Args train(const std::string& out, const Args& sets = {}, const Args& more = {}) {
  Args args = {"train", tiny, "--quiet", "--out", out};
  for (const std::string& s : sets) args = with(args, {"--set", s});
  return with(args, more);
}

Ended good(const Args& args, const Around& around = {}) {
  Ended run = dlt(args, around);
  CAPTURE(args.front(), args.back());
  CHECK(run.err == "");
  REQUIRE(run.code == 0);
  return run;
}

void same_checkpoint(const std::string& run, const std::string& other) {
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
    CAPTURE(file);
    CHECK(contents(run + file) == contents(other + file));
  }
}

std::int64_t lines_in(const std::string& text) { return std::ranges::count(text, '\n'); }

}  // namespace

TEST_CASE("the smoke config copies ten numbers", "[cli][translate]") {
  const Folder folder;
  good({"train", "configs/smoke/seq2seq-copy.json", "--quiet", "--out", folder / "run"});
  const std::string numbers = "1 2 3 4 5 6 7 8 9 10\n";
  CHECK(good({"translate", folder / "run", "--src", "1 2 3 4 5 6 7 8 9 10"}).out == numbers);
  const json measured = json::parse(good({"eval", folder / "run", "--json"}).out);
  CHECK(measured["exact"] == 1);
  CHECK(measured["bleu"].get<double>() == Approx(100));
}

TEST_CASE("lines are answered in their order, whatever the batch", "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run"));
  const std::string source = contents("data/fixtures/pairs.en");
  const Ended all = good({"translate", folder / "run"}, {.in = source + "\n"});
  CHECK(lines_in(all.out) == 41);
  CHECK(all.out.ends_with("\n\n"));  // of a blank line
  for (const Args& more :
       {Args{"--batch", "1"}, Args{"--batch", "7"}, Args{"--threads", "1"}, Args{"--beam", "2"}}) {
    CHECK(good(with({"translate", folder / "run"}, more), {.in = source + "\n"}).out == all.out);
  }
  const std::string first = source.substr(0, source.find('\n'));
  const Ended one = good({"translate", folder / "run", "--src", first});
  CHECK(all.out.starts_with(one.out));
  const Ended object = good({"translate", folder / "run", "--json", "--length-penalty", "0.5"},
                            {.in = first + "\r\n"});
  const json answer = json::parse(object.out);
  CHECK(answer["source"] == first);
  CHECK(answer["translation"].is_string());
  CHECK(answer["score"].get<double>() < 0);
  CHECK(good({"translate", folder / "run"}).out == "");
}

TEST_CASE("what cannot be translated is said in a sentence", "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run"));
  const Args translate = {"translate", folder / "run"};
  std::string longer;
  for (int i = 0; i < 30; ++i) longer += "zebra ";
  const Ended late = dlt(with(translate, {"--batch", "1"}), {.in = "Open.\n" + longer + "\n"});
  CHECK(lines_in(late.out) == 1);  // what came before is there
  CHECK(late.code == 3);
  CHECK_THAT(late.err, Contains("dlt: line 2: its ") &&
                           Contains(" tokens are more than the 40 that this model takes "
                                    "(data.longest): break it up"));
  refuses(translate, 3, "line 2, column 2: byte 0xE9 is not UTF-8", {.in = "a\nb\xE9\n"});
  refuses(translate, 3,
          "line 1: it holds a mark of the vocabulary, which stands for the end of a line or for "
          "nothing: leave it out",
          {.in = "a</s>b\n"});
  refuses(with(translate, {"--src", "\xE9"}), 2, "--src: line 1, column 1: byte 0xE9 is not UTF-8");
  refuses(with(translate, {"--beam", "0"}), 2,
          "--beam: expected an integer in [1, 1000], got '0' (see `dlt translate --help`)");
  make_tiny(folder / "lm");
  refuses({"translate", folder / "lm", "--src", "a"}, 2,
          "'" + (folder / "lm") +
              "' holds a model that does not translate: dlt translate is for runs of seq2seq "
              "models");
  refuses({"eval", folder / "lm", "--reference", "a"}, 2,
          "'" + (folder / "lm") +
              "' holds a model that does not translate: --reference, --beam, --length-penalty and "
              "--tokenize are for runs of seq2seq models");
}

TEST_CASE("a tokenizer that is gone, damaged or of another size is noticed", "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run"));
  const std::string tokenizer = folder / "run/tokenizer.json", kept = contents(tokenizer);
  const Args translate = {"translate", folder / "run", "--src", "a"};
  put(tokenizer, "{");
  refuses(translate, 5, tokenizer + ":1:2: this is not JSON; a tokenizer.json is needed");
  dlt({"tokenizer", "train", "data/fixtures/pairs.en", "--vocab", "280", "--special", "<pad>",
       "--special", "</s>", "--out", tokenizer});
  refuses(translate, 5,
          "'embedding.weight' is [300, 16] in the checkpoint, [280, 16] in the model");
  put(tokenizer, kept);
  good(translate);
}

TEST_CASE("translations of files are measured against references", "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run"));
  const Args eval = {"eval", folder / "run"};
  const Ended own = good(eval);
  CHECK_THAT(own.out, Contains("step ") && Contains("\nperplexity ") && Contains("\nchrf ") &&
                          Contains("\nBLEU = ") && Contains("|tok:13a|") &&
                          Contains("\nreference  "));
  const Args files = {"--data", "data/fixtures/pairs.en", "--reference", "data/fixtures/pairs.zh"};
  const json two = json::parse(
      good(with(with(eval, files), {"--json", "--tokenize", "zh", "--beam", "1", "--samples", "2"}))
          .out);
  CHECK(two["samples"].size() == 2);
  CHECK(two["samples"][0]["source"] == "Open the file.");
  CHECK(two["samples"][0]["reference"] == "打开文件。");
  CHECK_THAT(two["bleu_signature"].get<std::string>(), Contains("|tok:zh|"));
  CHECK(two["loss"].get<double>() > 0);
  put(folder / "a.tsv", "Open the file.\t打开文件。\n\tx\n");
  const Ended tabs = dlt(with(eval, {"--data", folder / "a.tsv", "--json"}));
  CHECK(tabs.code == 0);
  CHECK(tabs.err ==
        "left out 1 of 2 pairs with an empty side, the first at " + (folder / "a.tsv") + ":2\n");
  refuses(with(eval, {"--data", "data/fixtures/pairs.en"}), 3,
          "data/fixtures/pairs.en:1: expected source<TAB>target, got 0 tabs; a file of one side "
          "alone needs the other beside it");
  refuses(with(eval, {"--reference", "data/fixtures/pairs.en"}), 2,
          "--reference is the other side of a file: give that file with --data");
  refuses(with(eval, {"--data", "nope", "--reference", "nope"}), 3,
          "--data: there is no file 'nope' (paths start at the folder that dlt is run in)");
  refuses(with(eval, {"--tokenize", "14a"}), 2,
          "unknown tokenizer of BLEU '14a'; did you mean '13a'?");
}

TEST_CASE("a translator's steps, stops and threads leave the same bytes", "[cli][translate]") {
  const Folder folder;
  for (const Args& sets : {Args{"train.steps=8"}, Args{"train.steps=8", "train.accumulate=2",
                                                       "train.eval_translations=3"}}) {
    const auto first = [&](const std::string& steps) { return with(sets, {steps}); };
    good(train(folder / "whole", sets, {"--overwrite", "--threads", "1"}));
    good(train(folder / "threads", sets, {"--overwrite", "--threads", "4"}));
    same_checkpoint(folder / "whole", folder / "threads");
    good(train(folder / "parts", first("train.steps=3"), {"--overwrite"}));
    good(train(folder / "parts", sets, {"--resume"}));
    same_checkpoint(folder / "whole", folder / "parts");
  }
  refuses(train(folder / "parts",
                {"train.steps=9", "train.accumulate=2", "train.eval_translations=3",
                 "data.valid_fraction=0.5", "data.source=data/fixtures/pairs.zh"},
                {"--resume"}),
          2,
          "/data/source is \"data/fixtures/pairs.en\" in '" + (folder / "parts/config.json") +
              "' and \"data/fixtures/pairs.zh\" now: a resumed run cannot change it; put the old "
              "value back, or start a new run with another --out");
}

TEST_CASE("pairs that change while a run rests are noticed", "[cli][translate]") {
  const Folder folder;
  put(folder / "a.tsv", "one two\tein zwei\ntwo\tzwei\none\tein\n");
  const Args sets = {"data.source=null", "data.target=null", "data.pairs=" + (folder / "a.tsv"),
                     "data.valid_fraction=0", "data.tokenizer.min_frequency=1"};
  good(train(folder / "run", sets));
  put(folder / "a.tsv", "three four\tdrei vier\nthree\tdrei\nfour\tvier\n");
  refuses(train(folder / "run", with(sets, {"train.steps=6"}), {"--resume"}), 3,
          "the training pairs have changed since this run began, so their tokenizer would differ "
          "from '" +
              (folder / "run/tokenizer.json") + "': start a new run, or bring the old pairs back");
}

TEST_CASE("bad pairs are refused before a run is made", "[cli][translate]") {
  const Folder folder;
  put(folder / "short", "a\n");
  put(folder / "blank", "\n\n");
  refuses(train(folder / "run", {"data.target=" + (folder / "short")}), 3,
          "'data/fixtures/pairs.en' has 40 lines and '" + (folder / "short") +
              "' has 1: each line of one must be the translation of the same line of the other");
  refuses(train(folder / "run",
                {"data.source=" + (folder / "blank"), "data.target=" + (folder / "blank"),
                 "data.valid_fraction=0", "data.tokenizer={\"name\": \"bytes\"}"}),
          3,
          "'" + (folder / "blank") +
              "': not one pair can be used: left out 2 of 2 pairs with an empty side, the first "
              "at " +
              (folder / "blank") + ":1");
  CHECK(folder.list() == Args{"blank", "short"});
  Args loud = train(folder / "run", {"data.longest=25"});
  std::erase(loud, "--quiet");
  const Ended run = dlt(loud);
  CHECK(run.code == 0);
  CHECK_THAT(run.err,
             Contains(" of 36 pairs with a side of more than 25 tokens (data.longest), the "
                      "first at data/fixtures/pairs.en:"));
  CHECK_THAT(contents(folder / "run/log.txt"), Contains("(data.longest), the first at"));
}

TEST_CASE("checkpoints are averaged into a run", "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run", {"train.steps=6"}));
  const std::string out = folder / "mean";
  CHECK(good({"average", folder / "run", "--last", "2", "--out", out}).out ==
        out + ": the mean of the checkpoints 4, 6 of " + (folder / "run") + "\n");
  const auto weights = [](const std::string& checkpoint) {
    return io::SafetensorsFile(checkpoint + "/model.safetensors").tensors();
  };
  const auto a = weights(folder / "run/checkpoints/step-00000004");
  const auto b = weights(folder / "run/checkpoints/step-00000006");
  for (const auto& [name, mean] : weights(out + "/best")) {
    for (std::int64_t i = 0; i < mean.size(); ++i) {
      const double wanted =
          (static_cast<double>(a.at(name).data()[i]) + static_cast<double>(b.at(name).data()[i])) /
          2;
      CHECK(mean.data()[i] == static_cast<real>(wanted));
    }
  }
  good({"translate", out, "--src", "Open the file."});
  good({"eval", out, "--json"});
  refuses({"average", folder / "run", "--last", "4", "--out", folder / "more"}, 2,
          "run '" + (folder / "run") +
              "' has 3 checkpoints, 4 are to be averaged: give a smaller --last, or train with a "
              "train.keep_last of 4 and a train.save_every");
  refuses({"average", folder / "run", "--last", "2", "--out", out}, 2,
          "'" + out +
              "' is not empty: go on with it by --resume, replace it by --overwrite, or give "
              "another --out");
  good({"average", folder / "run", "--last", "2", "--out", out, "--overwrite"});
}

TEST_CASE("a translator is exported and read back", "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run"));
  for (const std::string& format : Args{"hf", "safetensors", "npz"}) {
    const Ended run = good({"export", "weights", folder / "run", "--format", format, "--out",
                            folder / format, "--check"});
    CHECK_THAT(run.out, Contains("tensors equal"));
  }
  CHECK(json::parse(contents(folder / "hf/config.json"))["model_type"] == "marian");
  CHECK(contents(folder / "hf/tokenizer.json") == contents(folder / "run/tokenizer.json"));
  refuses({"export", "weights", folder / "run", "--format", "hf", "--out", folder / "hf"}, 2,
          "'" + (folder / "hf") + "' is not empty: give another --out, or empty it first");
  refuses({"export", "weights", folder / "run", "--format", "arpa", "--out", folder / "x"}, 2,
          "this model cannot be exported as 'arpa'; known: hf, safetensors, npz");
}

TEST_CASE("a translator comes back from Marian's layout, with its tokenizer or with ids",
          "[cli][translate]") {
  const Folder folder;
  good(train(folder / "run"));
  good({"export", "weights", folder / "run", "--format", "hf", "--out", folder / "hf"});
  CHECK(good({"import", folder / "hf", "--out", folder / "back"}).err.empty());
  const Args ask = {"--src", "the file is open", "--beam", "2"};
  CHECK(good(with({"translate", folder / "back"}, ask)).out ==
        good(with({"translate", folder / "run"}, ask)).out);
  json config = json::parse(contents(folder / "hf/config.json"));
  config["eos_token_id"] = 5;
  put(folder / "hf/config.json", config.dump());
  CHECK_THAT(dlt({"import", folder / "hf", "--out", folder / "no"}).err,
             Contains("for ends, config.json has") && Contains("they do not belong together"));

  const Ended ids = dlt({"import", in_source("tests/golden/marian"), "--out", folder / "ids"});
  CHECK(ids.code == 0);
  CHECK_THAT(ids.err, Contains("is not read: the model takes and gives token ids"));
  CHECK(good({"translate", folder / "ids", "--src", "5 6 7", "--beam", "1"}).out.size() > 1);
  good({"export", "weights", folder / "ids", "--format", "hf", "--out", folder / "again",
        "--check"});
}

TEST_CASE("a translator is benched, inspected and checked", "[cli][translate]") {
  const Args sizes = {"--set", "data.source=null", "--set", "data.target=null"};
  const json figures =
      json::parse(good(with({"bench", tiny, "--steps", "1", "--json"}, sizes)).out);
  CHECK(figures["tokens_per_second"].get<double>() > 0);
  const json table = json::parse(good({"inspect", tiny, "--json"}).out);
  std::int64_t sum = 0;
  for (const auto& row : table["layers"]) sum += row["parameters"].get<std::int64_t>();
  CHECK(sum == table["parameters"].get<std::int64_t>());
  CHECK(good({"train", tiny, "--dry-run"}).out.find("per step") != std::string::npos);
}

}  // namespace dlt::test
