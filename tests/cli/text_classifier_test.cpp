#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "embed/vector_file.h"
#include "io/safetensors.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

const std::string smoke = "configs/smoke/text-classifier.json";

// Six lines of two classes, a config on them in the folder, vectors for some of the words.
struct Tiny {
  Tiny() {
    put(folder / "a.tsv",
        "cat\tfelix purrs\ncat\ttom meows\ncat\ttom purrs\ndog\trex barks\ndog\trex "
        "growls\ndog\tfido barks\n");
    put(folder / "vec.txt",
        "5 2\ntom 1 0\npurrs 0.9 0.1\nrex 0 1\nfido 0.1 1.1\nminka 1.25 0.125\n");
    put(folder / "c.json", R"({"model": {"name": "net.text_classifier", "word_ngrams": 1},
  "data": {"train": ")" + (folder / "a.tsv") +
                               R"(", "valid_fraction": 0},
  "train": {"steps": 40, "batch": 4, "optimizer": {"name": "adam", "lr": 0.1}}})");
  }

  Args train(const std::string& out, const Args& sets) const {
    Args args = {"train", folder / "c.json", "--quiet", "--out", folder / out};
    for (const std::string& s : sets) args.insert(args.end(), {"--set", s});
    return args;
  }
  std::string vectors() const { return "model.embedding.vectors=" + (folder / "vec.txt"); }
  void says(const Args& sets, int code, const std::string& sentence) const {
    refuses(train("bad", sets), code, sentence);
  }

  Folder folder;
};

std::vector<real> row(const std::string& run, std::int64_t i, const std::string& which = "last") {
  const io::SafetensorsFile file(run + "/" + which + "/model.safetensors");
  const Tensor t = file.tensor("embedding.weight");
  return {t.data() + i * t.dim(1), t.data() + (i + 1) * t.dim(1)};
}

}  // namespace

TEST_CASE("a text classifier trains, resumes and is used", "[cli][text_classifier]") {
  const Folder folder;
  const Args train = {"train",   smoke,
                      "--quiet", "--overwrite",
                      "--set",   "train.epochs=null",
                      "--set",   "train.schedule.name=constant"};
  const auto with = [&](const std::string& out, const Args& more) {
    Args args = train;
    args.insert(args.end(), {"--out", folder / out});
    args.insert(args.end(), more.begin(), more.end());
    const Ended run = dlt(args);
    REQUIRE(run.err == "");
    REQUIRE(run.code == 0);
  };
  with("whole", {"--set", "train.steps=200", "--threads", "1"});
  with("parts", {"--set", "train.steps=70", "--threads", "2"});
  const Ended rest = dlt({"train", smoke, "--quiet", "--set", "train.epochs=null", "--set",
                          "train.schedule.name=constant", "--set", "train.steps=200", "--resume",
                          "--out", folder / "parts"});
  REQUIRE(rest.err == "");
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors", "/vocab.txt"}) {
    CAPTURE(file);
    CHECK(contents(folder / "whole" + file) == contents(folder / "parts" + file));
  }

  const auto metrics = json::parse(dlt({"eval", folder / "whole", "--json"}).out);
  CHECK(metrics["accuracy"].get<double>() > 0.8);
  CHECK(metrics["macro_f1"].get<double>() > 0.8);
  CHECK(metrics["loss"].get<double>() < 1);
  const std::string spanish = "toda persona tiene derecho a la vida";
  CHECK_THAT(dlt({"predict", folder / "whole", spanish, "--top", "2"}).out,
             Catch::Matches("spa\t0\\.[0-9]{4}\t[a-z_PT]+\t0\\.[0-9]{4}\n"));
  const Ended lines =
      dlt({"predict", folder / "whole", "--json"}, {.in = spanish + "\n\nu\xff" + "v\n"});
  CHECK(lines.code == 0);
  const json first = json::parse(lines.out.substr(0, lines.out.find('\n')));
  CHECK(first["text"] == spanish);
  CHECK(first["classes"][0]["label"] == "spa");
  CHECK(std::ranges::count(lines.out, '\n') == 3);

  const Args out = {"export",       "weights", folder / "whole", "--format",
                    "word2vec-bin", "--out",   folder / "v.bin"};
  REQUIRE(dlt(out).code == 0);
  const auto vectors = embed::read_vectors(folder / "v.bin");
  CHECK(vectors.dim() == 16);
  const io::SafetensorsFile best(folder / "whole/best/model.safetensors");
  CHECK(std::ranges::equal(vectors.rows.values(), best.tensor("embedding.weight").values()));
  Args check = out;
  check.push_back("--check");
  CHECK(dlt(check).out == fmt::format("checked: {} vectors of 16 numbers equal\n", vectors.size()));
  for (const char* format : {"safetensors", "npz"}) {
    CHECK(dlt({"export", "weights", folder / "whole", "--format", format, "--out", folder / "w",
               "--check"})
              .code == 0);
  }
}

TEST_CASE("rows of vectors stay or learn, other words get small ones", "[cli][text_classifier]") {
  const Tiny tiny;
  Args args = tiny.train("frozen", {tiny.vectors(), "model.embedding.mode=frozen"});
  std::erase(args, "--quiet");
  const Ended run = dlt(args);
  REQUIRE(run.code == 0);
  const std::string frozen = tiny.folder / "frozen", tuned = tiny.folder / "tuned";
  CHECK_THAT(run.err, Contains("'" + (tiny.folder / "vec.txt") +
                               "' has vectors for 4 of the 8 words of the text, and for 1 others; "
                               "none of them learns"));
  // By falling count, then by bytes; words of the vectors alone behind them.
  CHECK(contents(frozen + "/vocab.txt") ==
        "barks\npurrs\nrex\ntom\nfelix\nfido\ngrowls\nmeows\nminka\n");
  CHECK(contents(frozen + "/labels.txt") == "cat\ndog\n");
  CHECK(row(frozen, 2) == std::vector<real>{0, 1});
  CHECK(row(frozen, 3) == std::vector<real>{1, 0});
  for (const real x : row(frozen, 0)) CHECK(std::abs(x) <= real{0.5});
  CHECK_THAT(dlt({"predict", frozen, "minka"}).out, Catch::StartsWith("cat\t"));  // never seen

  REQUIRE(dlt(tiny.train("tuned", {tiny.vectors()})).err == "");
  CHECK(row(tuned, 2) != std::vector<real>{0, 1});
  CHECK(row(tuned, 8) == std::vector<real>{1.25f, 0.125f});  // in no text
  REQUIRE(dlt(tiny.train("text", {tiny.vectors(), "model.embedding.all_words=false"})).err == "");
  CHECK_THAT(contents(tiny.folder / "text/vocab.txt"), !Contains("minka"));
  CHECK(dlt({"predict", tiny.folder / "text", "minka"}).code == 0);
  CHECK(dlt({"train", tiny.folder / "c.json", "--quiet", "--embedding", tiny.folder / "vec.txt",
             "--embedding", "frozen", "--out", tiny.folder / "short"})
            .err == "");
  CHECK(row(tiny.folder / "short", 2) == std::vector<real>{0, 1});
}

TEST_CASE("one table compares random, frozen and tuned rows", "[cli][text_classifier]") {
  const Tiny tiny;
  Args args = tiny.train(
      "sweep", {tiny.vectors(), "model.dim=2", "data.valid_fraction=0.4", "train.best=accuracy"});
  args.insert(args.end(), {"--sweep", "model.embedding.mode=random,frozen,tuned"});
  const Ended run = dlt(args);
  CHECK(run.err == "");
  CHECK_THAT(run.out, Catch::StartsWith("mode    valid_accuracy  loss"));
  for (const char* mode : {"\nrandom ", "\nfrozen ", "\ntuned ", ""}) {
    CHECK_THAT(run.out, Contains(mode));
  }
}

TEST_CASE("what a text classifier cannot be made of is told", "[cli][text_classifier]") {
  const Tiny tiny;
  const std::string data = tiny.folder / "a.tsv", config = tiny.folder / "c.json";
  tiny.says({"data.min_count=9"}, 3,
            "'" + data + "': no word is 9 times in the text to train on: set data.min_count lower");
  tiny.says({tiny.vectors(), "model.dim=7"}, 2,
            "--set model.dim: the vectors of '" + (tiny.folder / "vec.txt") +
                "' have 2 numbers, not 7: leave model.dim out, or take other vectors");
  tiny.says({"model.embedding.mode=frozen"}, 2,
            "--set model.embedding.mode: needs a file of word vectors: give "
            "model.embedding.vectors, or \"random\"");
  put(tiny.folder / "other.txt", "1 2\nchat 1 0\n");
  tiny.says({"model.embedding.vectors=" + (tiny.folder / "other.txt")}, 3,
            "'" + (tiny.folder / "other.txt") + "': none of the 8 words of '" + data +
                "' is in it: are both of one language, and is each in small letters or not?");
  put(tiny.folder / "one.tsv", "cat\tx y\ncat\tz\n");
  tiny.says({"data.train=" + (tiny.folder / "one.tsv")}, 3,
            "'" + (tiny.folder / "one.tsv") +
                "': every line has the label 'cat', so there is nothing to tell apart: at least "
                "two classes are needed");
  put(tiny.folder / "v.tsv", "cat\tx\ncta\ty\n");
  tiny.says({"data.valid=" + (tiny.folder / "v.tsv")}, 3,
            (tiny.folder / "v.tsv") +
                ":2: class 'cta' is not among those of the training data; did you mean 'cat'?");
  tiny.says({"data.train=none.tsv"}, 3,
            "data.train: there is no file 'none.tsv' (paths start at the folder that dlt is run "
            "in)");
  CHECK_FALSE(std::ranges::count(tiny.folder.list(), "bad"));
}

TEST_CASE("a classifier's run keeps to its words", "[cli][text_classifier]") {
  const Tiny tiny;
  REQUIRE(dlt(tiny.train("run", {"train.steps=3"})).err == "");
  const std::string run = tiny.folder / "run";
  refuses({"eval", run}, 3,
          "all data were used for training (valid_fraction 0): give held-out ones with --data");
  CHECK(dlt({"eval", run, "--data", tiny.folder / "a.tsv"}).code == 0);
  put(tiny.folder / "a.tsv", "cat\tother words\ndog\trex barks\n");
  Args resume = tiny.train("run", {"train.steps=9"});
  resume.emplace_back("--resume");
  refuses(resume, 3,
          "the training data or the word vectors have changed since this run began, their words or "
          "classes are not those of '" +
              run + "/vocab.txt': start a new run, or bring the old files back");
  const Folder folder;
  make_tiny(folder / "lm", {"--set", "train.steps=1"});
  refuses(
      {"predict", folder / "lm", "x"}, 2,
      "'" + (folder / "lm") +
          "' is no text classifier: dlt predict is for runs of net.text_classifier, and of seq.* "
          "models on text.classes");
}

}  // namespace dlt::test
