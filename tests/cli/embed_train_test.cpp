#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* genesis = "data/fixtures/genesis.txt";

Args with(Args args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Args sets(const std::vector<std::string>& assignments) {
  Args args;
  for (const std::string& a : assignments) args = with(args, {"--set", a});
  return args;
}

Args training(const std::string& out, const std::vector<std::string>& assignments = {}) {
  return with({"train", "configs/smoke/word2vec.json", "--quiet", "--out", out}, sets(assignments));
}

void works(const Args& args) {
  const Ended run = dlt(args);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
}

void wait_for(const std::string& path) {
  for (int i = 0; i < 6000 && !fs::exists(path); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(fs::exists(path));
}

void same_checkpoint(const std::string& run, const std::string& other) {
  CHECK(fs::read_symlink(run + "/last") == fs::read_symlink(other + "/last"));
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
    CAPTURE(file);
    CHECK(contents(run + file) == contents(other + file));
  }
}

}  // namespace

TEST_CASE("word vectors by dlt train: a run, its figures, its export", "[cli][embed]") {
  const Folder folder;
  const std::string run = folder / "run";
  works(training(run));
  const json figures = json::parse(dlt({"eval", run, "--json"}).out);
  CHECK(figures["pairs"] == 44);
  CHECK(figures.contains("spearman"));
  put(folder / "q", ": family\nman woman father mother\nman woman son daughters\n");
  const json analogies = json::parse(dlt({"eval", run, "--json", "--data", folder / "q"}).out);
  CHECK(analogies["questions"] == 2);
  CHECK(analogies["unknown_questions"] == 1);
  const json inspected = json::parse(dlt({"inspect", run, "--json"}).out);
  CHECK(inspected["layers"][0]["output"] == json{362, 20});
  for (const std::string format : {"word2vec", "word2vec-bin", "vec", "glove", "safetensors"}) {
    CAPTURE(format);
    const std::string file = folder / format;
    const Ended exported =
        dlt({"export", "weights", run, "--format", format, "--out", file, "--check"});
    CHECK(exported.code == 0);
    CHECK(exported.out == "checked: 362 vectors of 20 numbers equal" +
                              std::string(format == "vec" ? " to five digits\n" : "\n"));
    CHECK(dlt({"embed", "nearest", file, "father"}).code == 0);
  }
  CHECK(dlt({"embed", "nearest", run, "father"}).out ==
        dlt({"embed", "nearest", folder / "word2vec", "father"}).out);
}

TEST_CASE("a config of word vectors run dry", "[cli][embed]") {
  const Ended run = dlt(with({"train", "configs/smoke/word2vec.json", "--dry-run"},
                             sets({"model.max_chars=4", "model.min_chars=2"})));
  CHECK(run.code == 0);
  CHECK(run.out ==
        "config       configs/smoke/word2vec.json\n"
        "weights      each word [20], subwords [2000000, 20]\n");
}

TEST_CASE("word vectors do not depend on the threads", "[cli][embed]") {
  for (const std::string method : {"skipgram", "cbow", "glove"}) {
    CAPTURE(method);
    const Folder folder;
    works(training(folder / "one", {"model.method=" + method}));
    works(with(training(folder / "two", {"model.method=" + method}), {"--threads", "2"}));
    same_checkpoint(folder / "one", folder / "two");
  }
}

TEST_CASE("word vectors go on exactly after a signal", "[cli][embed]") {
  for (const std::string method : {"skipgram", "glove"}) {
    const Folder folder;
    const std::vector<std::string> longer = {
        "model.method=" + method, "model.dim=50",
        method == "glove" ? "train.epochs=800" : "train.epochs=100", "train.save_every=100000"};
    works(training(folder / "whole", longer));
    for (const auto& [signal, code] : {std::pair(SIGTERM, 143), std::pair(SIGINT, 130)}) {
      CAPTURE(method, code);
      const std::string run = folder / std::to_string(code);
      Process process(with({binary()}, training(run, longer)), {});
      wait_for(run + "/last");
      process.send(signal);
      const Ended end = process.wait();
      CHECK(end.code == code);
      CHECK(end.err == "");  // --quiet
      CHECK(fs::read_symlink(run + "/last") != fs::read_symlink(folder / "whole/last"));
      works(with(training(run, longer), {"--resume"}));
      same_checkpoint(folder / "whole", run);
    }
  }
}

TEST_CASE("checkpoints of word vectors are kept and resumed as asked", "[cli][embed]") {
  const Folder folder;
  const std::string run = folder / "run", text = folder / "text";
  fs::copy(in_source("data/fixtures/genesis.txt"), text);
  const std::vector<std::string> often = {"data.train=" + text, "train.save_every=5000",
                                          "train.keep_last=2"};
  works(training(run, often));
  CHECK(std::distance(fs::directory_iterator(run + "/checkpoints"), {}) == 2);
  const Ended again = dlt({"train", run, "--resume"});
  CHECK(again.code == 0);
  CHECK_THAT(again.err, Catch::EndsWith("the run is finished\n"));
  refuses(with(training(run, often), with({"--resume"}, sets({"model.window=4"}))), 2,
          "/model/window is 5 in '" + run +
              "/config.json' and 4 now: a resumed run cannot change "
              "it; put the old value back, or start a new run with another --out");
  works(with(training(run, often), with({"--resume"}, sets({"train.memory=100M"}))));
  put(text, contents(text) + "And more.\n");
  refuses(with(training(run, often), with({"--resume"}, sets({"train.memory=100M"}))), 3,
          "the text is not what the run began with: put the old files back, or start a new run "
          "with another --out");
}

TEST_CASE("dlt embed train writes what the ending says", "[cli][embed]") {
  const Folder folder;
  const Args command = {"embed",  "train",  "--mode", "skipgram",   "--neg", "5",
                        "--size", "20",     "--ws",   "5",          genesis, "--t",
                        "0.01",   "--iter", "2",      "--minCount", "5",     "--quiet"};
  for (const std::string ending : {"bin", "txt", "vec", "glove", "safetensors"}) {
    CAPTURE(ending);
    works(with(command, {"-o", folder / ("v." + ending)}));
    CHECK(dlt({"embed", "nearest", folder / ("v." + ending), "father"}).code == 0);
  }
  CHECK(contents(folder / "v.txt").starts_with("362 20\n"));
  CHECK_FALSE(contents(folder / "v.glove").starts_with("362 20\n"));
  works(with(command, {"-o", folder / "x", "--format", "word2vec-bin", "--threads", "2"}));
  CHECK(contents(folder / "x") == contents(folder / "v.bin"));
  const Ended piped = shell("cat " + std::string(genesis) +
                            " | $dlt embed train --dim 20 --sample 0.01 --epochs 2 --json -o " +
                            folder / "p.bin" + " --quiet");
  CHECK(contents(folder / "p.bin") == contents(folder / "v.bin"));
  CHECK(json::parse(piped.out)["vocabulary"] == 362);
}

TEST_CASE("mistakes with dlt embed train", "[cli][embed]") {
  const Folder folder;
  const std::string out = folder / "v.bin", text = folder / "text";
  const auto train = [&](const Args& more) {
    return with({"embed", "train", "-o", out, "--quiet"}, more);
  };
  const std::string help = " (see `dlt embed train --help`)";
  refuses(train({genesis, "--dim", "0"}), 2,
          "--dim: expected an integer in [1, 100000], got '0'" + help);
  refuses(train({genesis, "--neg", "0"}), 2,
          "negative sampling needs at least 1 negative word, got 0: give more, or choose "
          "hierarchical softmax");
  refuses(train({genesis, "--mode", "glove", "--maxn", "6"}), 2,
          "glove has no subwords: leave min_chars and max_chars at 0, or choose skipgram or cbow");
  refuses(
      train({genesis, "--minn", "4", "--maxn", "3"}), 2,
      "subwords of 4 to 3 characters: expected 1 <= min_chars <= max_chars, or both 0 for none");
  refuses(train({genesis, "--format", "onnx"}), 2,
          "unknown format 'onnx'; known: word2vec, word2vec-bin, vec, glove, safetensors");
  refuses(train({genesis, "--memory", "much"}), 2,
          "--memory: expected a size as 200M, 4G or 50%, got 'much'");
  put(text, "\n\n");
  refuses(train({text}), 3, text + ": no words in the text");
  put(text, "a b c b\n");
  refuses(train({text}), 3,
          text +
              ": no word is there 5 times; 'b', the most frequent one, has a count of 2; lower "
              "min_count or use more text");
  put(text, "a\nb\na\nb\n");
  refuses(train({text, "--mode", "glove", "--min-count", "2"}), 3,
          "no line of the text has two words of the vocabulary: there is nothing to learn from");
  refuses({"embed", "train", text, "-o", text}, 2,
          "--out '" + text + "' is the text itself: give the name of another file");
  CHECK(folder.list() == std::vector<std::string>{"text"});
}

TEST_CASE("mistakes in configs of word vectors", "[cli][embed]") {
  const Folder folder;
  const std::string run = folder / "run";
  const auto set = [&](const std::string& assignment) { return training(run, {assignment}); };
  const auto bad = [&](const std::string& assignment, const std::string& message) {
    const std::string key = assignment.substr(0, assignment.find('='));
    refuses(set(assignment), 2, "--set " + key + ": " + message);
  };
  bad("model.dim=0", "expected an integer in [1, 100000], got 0 (number)");
  bad("model.method=glov",
      "expected one of skipgram, cbow, glove, got \"glov\" (string); did you mean 'glove'?");
  bad("model.negative=0",
      "negative sampling needs at least 1 negative word, got 0: give more, or choose hierarchical "
      "softmax");
  bad("train.memory=much", "expected a size as \"200M\", \"4G\" or \"50%\", got \"much\"");
  refuses(training(run, {"model.method=glove", "model.max_chars=6"}), 2,
          "--set model.max_chars: glove has no subwords: leave min_chars and "
          "max_chars at 0, or choose skipgram or cbow");
  put(folder / "empty", "");
  refuses(set("data.train=" + folder / "empty"), 3, folder / "empty" + ": no words in the text");
  refuses(set("model.min_count=100000"), 3,
          std::string(genesis) +
              ": no word is there 100000 times; 'the', the most frequent one, has a count of 978; "
              "lower min_count or use more text");
  refuses(set("data.train=absent"), 3, "cannot open 'absent': No such file or directory");
  refuses(set("data.train=[]"), 2,
          "data.train names no text file: give one, as in --set data.train=book.txt");
}

TEST_CASE("dlt embed phrases", "[cli][embed]") {
  const Folder folder;
  const std::string text = folder / "text";
  put(text, "new york is big\nthe new york is far\nin new york\nto\n");
  const Args options = {"--min-count", "1", "--threshold", "2.5"};
  const std::string joined = "new_york is big\nthe new_york is far\nin new_york\nto\n";
  const Ended run = dlt(with({"embed", "phrases", text}, options));
  CHECK(run.out == joined);
  CHECK(run.err == "13 words, 3 pairs joined, 1 different phrases\n");
  CHECK(dlt(with({"embed", "phrases"}, options), {.in = contents(text)}).out == joined);
  const Ended file = dlt(with({"embed", "phrases", text, "-o", folder / "out", "--json"}, options));
  CHECK(json::parse(file.out) == json{{"words", 13}, {"joined", 3}, {"phrases", 1}});
  CHECK(contents(folder / "out") == joined);
}

TEST_CASE("mistakes with dlt embed phrases", "[cli][embed]") {
  const Folder folder;
  const std::string text = folder / "text";
  put(text, "");
  refuses({"embed", "phrases", text, "-o", folder / "out"}, 3,
          "there is no sentence in '" + text + "'");
  refuses({"embed", "phrases", text, "--json"}, 2,
          "--json prints figures where the text would go: give --out a file");
  refuses({"embed", "phrases", text, "-o", text}, 2,
          "--out '" + text + "' is the text itself: give the name of another file");
  put(text, "a b\n");
  refuses({"embed", "phrases", text, "--passes", "0"}, 2,
          "--passes: expected an integer in [1, 16], got '0' (see `dlt embed phrases --help`)");
  CHECK(folder.list() == std::vector<std::string>{"text"});
}

}  // namespace dlt::test
