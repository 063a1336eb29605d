#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/xml.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

Args recurrent(const std::string& name, const Args& more = {}) {
  Args args = {"--set", "model={\"name\": \"" + name + "\", \"width\": 16, \"dropout\": 0.1}"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

}  // namespace

TEST_CASE("recurrent language models are trained, resumed, measured, continued and exported",
          "[cli]") {
  for (const std::string name : {"lm.rnn", "lm.lstm", "lm.gru"}) {
    CAPTURE(name);
    const Folder folder;
    make_tiny(folder / "whole", recurrent(name, {"--set", "train.steps=8"}));
    make_tiny(folder / "parts", recurrent(name, {"--set", "train.steps=3"}));
    make_tiny(folder / "parts", recurrent(name, {"--set", "train.steps=8", "--resume"}));
    for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
      CHECK(contents(folder / "whole" + file) == contents(folder / "parts" + file));
    }
    const json eval = json::parse(dlt({"eval", folder / "whole", "--json"}).out);
    CHECK(eval["loss"].get<double>() < 6);
    CHECK_THAT(dlt({"generate", folder / "whole", "--prompt", "In the", "--tokens", "100"}).out,
               StartsWith("In the"));
    for (const std::string format : {"safetensors", "npz"}) {
      CHECK(dlt({"export", "weights", folder / "whole", "--format", format, "--out",
                 folder / format, "--check"})
                .code == 0);
    }
    refuses({"export", "weights", folder / "whole", "--format", "hf", "--out", folder / "hf"}, 2,
            "this model cannot be exported as 'hf'; known: safetensors, npz");
    const json layers = json::parse(dlt({"inspect", folder / "whole", "--json"}).out);
    const json& rows = layers["layers"];
    CHECK(rows[1]["name"] == "recurrent.0");
    std::int64_t total = 0;
    for (const json& row : rows) total += row["parameters"].get<std::int64_t>();
    CHECK(layers["parameters"] == total);
  }
}

TEST_CASE("one thread and several make the same checkpoints of an LSTM", "[cli]") {
  const Folder folder;
  const Args wide = recurrent("lm.lstm", {"--set", "model.width=96", "--set", "train.batch=12"});
  for (const std::string threads : {"1", "3"}) {
    Args args = wide;
    args.insert(args.end(), {"--threads", threads});
    make_tiny(folder / threads, args);
  }
  CHECK(contents(folder / "1/last/state.safetensors") ==
        contents(folder / "3/last/state.safetensors"));
}

TEST_CASE("a head that is the embedding table needs their widths to agree", "[cli]") {
  const Folder folder;
  put(folder / "a.json", R"({"model": {"name": "lm.gru", "width": 8, "embedding": 4,
  "tied": true}})");
  refuses({"inspect", folder / "a.json"}, 2,
          (folder / "a.json") +
              ":2:11: /model/tied: a head that is the embedding table needs embedding = 4 to be "
              "width = 8");
}

TEST_CASE("gradflow follows losses back, before training and after", "[cli]") {
  const Folder folder;
  make_tiny(folder / "rnn", recurrent("lm.rnn"));
  make_tiny(folder / "transformer");
  const Ended run = dlt({"gradflow", folder / "rnn", folder / "transformer", "--windows", "3", "-o",
                         folder / "flow.svg"});
  CHECK(run.err == "");
  CHECK(run.code == 0);
  CHECK_THAT(run.out, StartsWith("run          training          0         1         2"));
  CHECK_THAT(run.out, Contains("\nrnn          before "));
  CHECK_THAT(run.out, Contains("\ntransformer  after "));
  const Xml xml = read_xml(contents(folder / "flow.svg"));
  CHECK(std::ranges::count(xml.texts, "rnn") == 1);

  const json all =
      json::parse(dlt({"gradflow", folder / "rnn", "--windows", "3", "--json"}).out)["runs"];
  REQUIRE(all.size() == 1);
  CHECK(all[0]["step"] == 4);
  CHECK(all[0]["before"].size() == 64);
  CHECK(all[0]["after"][0].get<double>() > 0);
  CHECK(all[0]["before"][0].get<double>() > 10 * all[0]["before"][40].get<double>());
  CHECK(all[0]["before"] != all[0]["after"]);
}

TEST_CASE("gradflow says what it cannot follow", "[cli]") {
  const Folder folder;
  CHECK(dlt({"train", "configs/smoke/ngram.json", "--quiet", "--out", folder / "ngram"}).code == 0);
  refuses({"gradflow", folder / "ngram"}, 2,
          "'" + folder / "ngram" +
              "' holds a model without gradients by token: gradflow needs a language model that "
              "learns by gradients");
  make_tiny(folder / "run");
  put(folder / "short.txt", "In the");
  refuses({"gradflow", folder / "run", "--data", folder / "short.txt"}, 3,
          "'" + folder / "short.txt" +
              "': 6 held-out tokens are too few for a window of context + 1 = 17: use a longer "
              "text or a smaller model.context");
}

}  // namespace dlt::test
