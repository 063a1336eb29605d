#include "models/seq2seq/seq2seq_model.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "models/translator.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/toy_seq2seq.h"

namespace dlt::models {
namespace {

using Lines = std::vector<std::string>;

std::unique_ptr<Model> model_of(const std::string& json, const Origin& origin = {}) {
  auto root = config::Reader::parse_text(json, "c.json");
  return make_seq2seq<test::make_toy_net>(root, origin);
}

const std::string copy = R"({"model": {"width": 32},
  "data": {"name": "sequence_task", "symbols": 6, "length": 5, "min_length": 2, "pairs": 300,
           "valid_pairs": 40},
  "train": {"batch_tokens": 200, "eval_translations": 10}})";

std::string refusal(const std::string& json) {
  return test::failure([&] { model_of(json); }, Exit::usage);
}

double value(const train::Metrics& metrics, const std::string& name) {
  for (const auto& [n, v] : metrics) {
    if (n == name) return v;
  }
  FAIL("no " << name);
  return 0;
}

train::FitResult train(Model& model, const std::string& folder, const std::string& config) {
  model.quiet = true;
  model.open_data("");
  auto run = train::Run::create(folder, config, train::Existing::refuse);
  return model.train(run, {.resume = false, .quiet = true});
}

std::string with(std::string json, const std::string& train) {
  return json.replace(json.rfind("}}"), 2, ", " + train + "}}");
}

const std::string to_the_end =
    R"("steps": 150, "optimizer": {"name": "adam", "lr": 0.05}, "label_smoothing": 0)";

}  // namespace

TEST_CASE("a sequence to sequence model learns to copy", "[seq2seq]") {
  const test::Folder folder;
  const auto model = model_of(with(copy, to_the_end));
  const auto result = train(*model, folder / "run", "{}");
  CHECK(value(result.valid, "valid_loss") < 0.01);
  CHECK(value(result.valid, "valid_exact") == 1);
  CHECK(value(result.valid, "valid_bleu") == Approx(100));
  const Translator* translator = model->translator();
  REQUIRE(translator != nullptr);
  const auto answers = translator->translate({"1 2 3", " ", "6 6"}, 1, {});
  CHECK(answers[0].text == "1 2 3");
  CHECK(answers[1].text == "");
  CHECK(answers[2].text == "6 6");
  const Translated all = translator->measure("", "", {}, "none");
  CHECK(all.outputs.size() == 40);
  CHECK(all.outputs == all.references);
  CHECK(all.outputs == all.sources);
  CHECK(value(all.metrics, "perplexity") == Approx(1).margin(0.01));
  CHECK(value(all.metrics, "chrf") == Approx(100));
  CHECK_THAT(all.bleu_signature, Catch::Contains("tok:none"));
  CHECK_THAT(read_file(folder / "run/log.txt", Exit::failed),
             Catch::Contains("of 40 held-out pairs: ") && Catch::Contains("reference  "));
}

TEST_CASE("a file of held-out pairs is measured in place of the run's own", "[seq2seq]") {
  const test::Folder folder;
  const auto model = model_of(copy);
  model->quiet = true;
  write_file(folder / "a.tsv", "1 2\t1 2\n3 4\t4 3\n");
  write_file(folder / "a.src", "1 2\n3 4\n");
  write_file(folder / "a.ref", "1 2\n4 3\n");
  const Translated tabs = model->translator()->measure(folder / "a.tsv", "", {}, "13a");
  const Translated two =
      model->translator()->measure(folder / "a.src", folder / "a.ref", {}, "13a");
  CHECK(tabs.references == Lines{"1 2", "4 3"});
  CHECK(tabs.metrics == two.metrics);
  CHECK(model->evaluate(folder / "a.tsv") == tabs.metrics);
}

TEST_CASE("lines that cannot be translated are named", "[seq2seq]") {
  const auto model = model_of(copy);
  const auto refused = [&](const Lines& lines, std::int64_t first) {
    return test::failure([&] { model->translator()->translate(lines, first, {}); }, Exit::data);
  };
  CHECK(refused({"1 2", "1 2 3 4 5 6"}, 65) ==
        "line 66: its 6 tokens are more than the 5 that this model takes (data.longest): break it "
        "up");
  CHECK(refused({"1 \xE9"}, 7) == "line 7, column 3: byte 0xE9 is not UTF-8");
  CHECK(
      refused({"1 x"}, 1) ==
      "line 1: this model has no tokenizer, so text is written as numbers from 0 to 7 with spaces "
      "between them; 'x' is not one");
  CHECK(refused({"1 7"}, 3) ==
        "line 3: it holds a mark of the vocabulary, which stands for the end of a line or for "
        "nothing: leave it out");
}

TEST_CASE("a config of a sequence to sequence model is refused with a sentence", "[seq2seq]") {
  CHECK(refusal(R"({"model": {"longest": 5}, "data": {"longest": 5}})") ==
        "c.json:1:47: /data/longest: 5 tokens and an end do not fit into the 5 positions of the "
        "model");
  CHECK(refusal(R"({"model": {"wdth": 5}})") ==
        "c.json:1:12: /model/wdth: is not a known key; did you mean 'width'?");
  CHECK(refusal(R"({"data": {"name": "parallell"}})") ==
        "c.json:1:19: /data/name: unknown data set 'parallell'; did you mean 'parallel'?");
  CHECK(refusal(R"({"train": {"eval_tokenize": "14a"}})") ==
        "c.json:1:29: /train/eval_tokenize: unknown tokenizer of BLEU '14a'; did you mean '13a'?");
  CHECK(refusal(R"({"train": {"best": "bleu"}})") ==
        "train.best: the evaluation of this model has no 'bleu'; known: loss, perplexity");
  CHECK(refusal(R"({"model": {"width": 1000000000}})").find("use a smaller model") !=
        std::string::npos);
}

TEST_CASE("without pairs a model can be looked at but not trained", "[seq2seq]") {
  const auto model = model_of(R"({"train": {"batch_tokens": 512}})");
  CHECK(test::failure([&] { model->open_data(""); }, Exit::usage) ==
        R"(the config has no data: add "data": {"source": "a.en", "target": "a.zh"}, say)");
  CHECK(test::failure([&] { model->translator()->measure("", "", {}, "13a"); }, Exit::data) ==
        "the run has no data of its own: give held-out pairs with --data and --reference");
  train::Task& task = model->synthetic_task();
  CHECK(task.items_per_part() == 512);
  CHECK(task.loss(1, 0).item() == task.loss(1, 0).item());
  const Summary s = model->summary();
  CHECK(s.parameters == task.params().count());
  CHECK(s.items_per_step == 512);
  std::int64_t sum = 0, macs = 0;
  for (const LayerRow& row : s.layers) {
    sum += row.parameters;
    macs += row.macs;
  }
  CHECK(sum == s.parameters);
  CHECK(macs == 8192 * 16 * 256);  // the head alone
  CHECK(s.flops_per_step == 6.0 * static_cast<double>(macs));
}

TEST_CASE("a run that held nothing out is measured on other pairs only", "[seq2seq]") {
  const test::Folder folder;
  write_file(folder / "a.tsv", "\ta\nb\tc\n");
  const std::string data = R"({"data": {"pairs": ")" + (folder / "a.tsv") +
                           R"(", "tokenizer": {"name": "bytes"}, "valid_fraction": )";
  const auto model = model_of(data + "0}}");
  model->quiet = true;
  model->open_data("");
  CHECK(test::failure([&] { model->translator()->measure("", "", {}, "13a"); }, Exit::data) ==
        "all pairs were used for training: give held-out ones with --data and --reference");
}

}  // namespace dlt::models
