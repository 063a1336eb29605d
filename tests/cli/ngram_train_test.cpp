#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using nlohmann::json;

constexpr const char* genesis = "data/fixtures/genesis.txt";

json perplexity_of(const std::string& model, const std::string& text) {
  const Ended run = dlt(
      {"ngram", "score", "--lm", model, "--text", text, "--per", "summary", "--format", "json"});
  REQUIRE(run.code == 0);
  return json::parse(run.out);
}

}  // namespace

TEST_CASE("ngram train writes ARPA, gzip and its own file, all the same model", "[cli][ngram]") {
  const Folder folder;
  for (const char* name : {"m.arpa", "m.arpa.gz", "m.ngram"}) {
    const Ended run = dlt({"ngram", "train", genesis, "--order", "4", "-o", folder / name});
    CHECK(run.code == 0);
    CHECK(run.out == "");
    CHECK(run.err.find("  order      n-grams         kept") == std::string::npos);
    CHECK(run.err.find("order      n-grams         kept") != std::string::npos);
  }
  const json own = perplexity_of(folder / "m.ngram", genesis);
  CHECK(perplexity_of(folder / "m.arpa", genesis) == own);
  CHECK(perplexity_of(folder / "m.arpa.gz", genesis) == own);
}

TEST_CASE("the bytes of a model depend on neither threads nor memory", "[cli][ngram]") {
  const Folder folder;
  const auto made = [&](const std::string& name, const Args& more) {
    Args args = {"ngram", "train", genesis, "--order", "5", "--quiet", "-o", folder / name};
    args.insert(args.end(), more.begin(), more.end());
    REQUIRE(dlt(args).code == 0);
    return contents(folder / name);
  };
  const std::string bytes = made("a", {"--threads", "1"});
  CHECK(made("b", {"--threads", "3"}) == bytes);
  CHECK(made("c", {"--memory", "300K"}) == bytes);
  CHECK(folder.list() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("dlt train counts the same model as ngram train", "[cli][ngram]") {
  const Folder folder;
  REQUIRE(dlt({"train", "configs/smoke/ngram.json", "--quiet", "--out", folder / "run"}).code == 0);
  REQUIRE(
      dlt({"ngram", "train", genesis, "--order", "3", "--quiet", "-o", folder / "m.ngram"}).code ==
      0);
  CHECK(contents(folder / "run/last/model.ngram") == contents(folder / "m.ngram"));

  const Ended eval = dlt({"eval", folder / "run", "--json"});
  REQUIRE(eval.code == 0);
  const json metrics = json::parse(eval.out);
  const json scored = perplexity_of(folder / "m.ngram", genesis);
  CHECK(metrics["tokens"] == scored["tokens"]);
  CHECK(metrics["perplexity"].get<double>() == Approx(scored["ppl"].get<double>()).epsilon(1e-9));
  CHECK(dlt({"ngram", "score", "--lm", folder / "run", "in the beginning"}).code == 0);
  CHECK(dlt({"inspect", folder / "run"}).out.find("3-grams") != std::string::npos);
  CHECK(dlt({"train", "configs/smoke/ngram.json", "--quiet", "--out", folder / "run", "--resume"})
            .code == 0);
}

TEST_CASE("a counted run generates and is exported", "[cli][ngram]") {
  const Folder folder;
  REQUIRE(dlt({"train", "configs/smoke/ngram.json", "--quiet", "--out", folder / "run"}).code == 0);
  const Args generate = {"generate", folder / "run", "--prompt", "And God", "--tokens", "20"};
  const Ended text = dlt(generate);
  CHECK(text.code == 0);
  CHECK(text.out.starts_with("And God "));
  CHECK(dlt(generate).out == text.out);
  CHECK(dlt({"export", "weights", folder / "run", "--format", "arpa", "--out", folder / "m.arpa",
             "--check"})
            .code == 0);
  CHECK(contents(folder / "m.arpa").starts_with("\\data\\\n"));
}

TEST_CASE("a share of the text is held out", "[cli][ngram]") {
  const Folder folder;
  REQUIRE(dlt({"train", "configs/smoke/ngram.json", "--quiet", "--out", folder / "run", "--set",
               "data.valid=", "--set", "data.valid_fraction=0.1"})
              .code == 0);
  const json held_out = json::parse(dlt({"eval", folder / "run", "--json"}).out);
  const json all = json::parse(dlt({"eval", folder / "run", "--json", "--data", genesis}).out);
  CHECK(held_out["tokens"].get<double>() < 0.15 * all["tokens"].get<double>());
  CHECK(held_out["perplexity"].get<double>() > 3 * all["perplexity"].get<double>());
}

TEST_CASE("what ngram train cannot do is said in a sentence", "[cli][ngram]") {
  const Folder folder;
  const std::string text = folder / "text", out = folder / "m.ngram";
  const auto train = [&](const Args& more) {
    Args args = {"ngram", "train", text, "--order", "3", "-o", out};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  };
  put(text, "");
  refuses(train({}), 3, "there is no sentence in '" + text + "'");
  put(text, "a b\nc <s> d\n");
  refuses(train({}), 3,
          text +
              ":2:3: <s> inside a sentence; it stands for its beginning, take it out or use "
              "--skip-symbols");
  put(text, std::string("a b\nc \0 d\n", 10));
  refuses(train({}), 3, text + ":2:3: a NUL byte; this is no text, or one in UTF-16");
  put(text, "a b c\n");
  refuses(train({"--memory", "lots"}), 2,
          "--memory: expected a size as 200M, 4G or 50%, got 'lots'");
  refuses(train({"--smoothing", "knesser_ney"}), 2,
          "unknown smoothing 'knesser_ney'; did you mean 'kneser_ney'?");
  refuses(train({"--prune", "1", "0"}), 2,
          "prune: thresholds must not fall, but 1 is followed by 0");
  refuses({"ngram", "train", text, "-o", text}, 2,
          "--out '" + text + "' is the text itself: give the name of another file");
  refuses({"ngram", "train", text, "--quantize", "-o", folder / "m.arpa"}, 2,
          "--quantize is for dlt's own files: an ARPA file holds numbers as they are");
  refuses({"train", "configs/smoke/ngram.json", "--set", "data.train=" + (folder / "none"), "--out",
           folder / "run"},
          3, "cannot open '" + (folder / "none") + "': No such file or directory");
  CHECK(folder.list() == std::vector<std::string>{"text"});
}

}  // namespace dlt::test
