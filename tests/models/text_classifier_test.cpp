#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "base/file.h"
#include "models/model.h"
#include "models/text_classifier/encode.h"
#include "models/text_classifier/network.h"
#include "models/text_classifier/tally.h"
#include "ops/ops.h"
#include "optim/optimizer.h"
#include "support/check_op.h"
#include "train/step.h"

namespace dlt::models {
namespace {

TextClassifierSettings sizes(std::int64_t ngrams, RowsFrom rows = RowsFrom::random) {
  auto root = config::Reader::parse_text(
      fmt::format(R"({{"model": {{"dim": 3, "word_ngrams": {}, "buckets": 11}}}})", ngrams), "c");
  TextClassifierSettings s(root, {.run = "", .purpose = Purpose::look});
  s.words = {"a", "b", "c"};
  s.labels = {"x", "y"};
  s.rows = rows;
  return s;
}

EncodedTexts texts(const TextClassifierSettings& s) {
  EncodedTexts all;
  const TextEncoder encoder(s.words, s.ngrams, s.buckets);
  for (const char* text : {"a b a", "nothing known", "c b"}) encoder.add(text, all);
  return all;
}

}  // namespace

TEST_CASE("words become ids, their n-grams buckets as in fastText", "[text_classifier]") {
  const std::vector<std::string> words = {"a", "b", "c"};
  EncodedTexts all;
  const TextEncoder encoder(words, 2, 1000);
  encoder.add(" a  b\tz a ", all);
  encoder.add("z", all);
  encoder.add("c", all);
  const std::int64_t members[] = {0, 1, 2};
  const auto ids = all.words.chosen(members), grams = all.grams.chosen(members);
  CHECK(ids.ids.values() == std::vector<std::int32_t>{0, 1, 0, 2});
  CHECK(ids.first.values() == std::vector<std::int32_t>{0, 3, 3});
  CHECK(grams.first.values() == std::vector<std::int32_t>{0, 3, 3});
  // FNV-1a of "a" is 0xe40c292c, of "b" 0xe70c2de5, both negative as int32.
  const std::uint64_t a = 0xFFFFFFFFE40C292C, b = 0xFFFFFFFFE70C2DE5;
  CHECK(grams.ids.values()[0] == static_cast<std::int32_t>((a * 116049371 + b) % 1000));
  CHECK(grams.ids.values().size() == 3);
  const std::int64_t last[] = {2};
  CHECK(all.words.chosen(last).ids.values() == std::vector<std::int32_t>{2});
}

TEST_CASE("a text's logits are a linear layer on the mean of its rows", "[text_classifier]") {
  for (const std::int64_t ngrams : {1, 3}) {
    const auto s = sizes(ngrams);
    nn::Params params(1);
    const TextNetwork net(nn::Scope(params), s);
    const EncodedTexts all = texts(s);
    const std::int64_t members[] = {0, 1, 2};
    const auto words = all.words.chosen(members), grams = all.grams.chosen(members);
    const Tensor y = net(words, grams);
    const auto at = [&](const char* name, std::int64_t i) {
      return static_cast<double>(params.all().at(name).data()[i]);
    };
    const auto rows_of = [&](const IdLists::Bags& bags, const char* table, int text, int d) {
      double sum = 0;
      const auto& first = bags.first.values();
      const auto end = text == 2 ? bags.ids.size() : first[static_cast<std::size_t>(text) + 1];
      for (auto i = first[static_cast<std::size_t>(text)]; i < end; ++i) {
        sum += at(table, bags.ids.data()[i] * 3 + d);
      }
      return sum;
    };
    const double counts[] = {ngrams == 1 ? 3.0 : 6.0, ngrams == 1 ? 1.0 : 1.0,
                             ngrams == 1 ? 2.0 : 3.0};
    for (int text = 0; text < 3; ++text) {
      for (int c = 0; c < 2; ++c) {
        double logit = at("linear.bias", c);
        for (int d = 0; d < 3; ++d) {
          double sum = rows_of(words, "embedding.weight", text, d);
          if (ngrams > 1) sum += rows_of(grams, "ngrams.weight", text, d);
          logit += sum / counts[text] * at("linear.weight", c * 3 + d);
        }
        CHECK(static_cast<double>(y.data()[text * 2 + c]) == Approx(logit).margin(1e-6));
      }
    }
  }
}

TEST_CASE("frozen rows are a buffer, and parameters have their names", "[text_classifier]") {
  nn::Params params(1);
  const TextNetwork net(nn::Scope(params), sizes(2, RowsFrom::frozen));
  CHECK(params.names() == std::vector<std::string>{"embedding.weight", "ngrams.weight",
                                                   "linear.weight", "linear.bias"});
  CHECK(params.count() == 11 * 3 + 2 * 3 + 2);
  CHECK_FALSE(params.all().at("embedding.weight").needs_grad());
}

TEST_CASE("a text classifier learns one batch by heart", "[text_classifier]") {
  auto root = config::Reader::parse_text(R"({"model": {"name": "net.text_classifier", "dim": 8},
    "train": {"batch": 12}})",
                                         "c");
  const auto model = make_model(root, {});
  train::Task& task = model->synthetic_task();
  optim::Optimizer optimizer(task.params(),
                             optim::OptimizerConfig::parse(R"({"name": "adam", "lr": 0.05})"));
  for (int step = 0; step < 60; ++step) {
    task.params().zero_grad();
    autograd::backward(task.loss(1, 0));
    optimizer.step(0.05, 1);
  }
  CHECK(static_cast<double>(task.loss(1, 0).item()) < 0.01);
}

TEST_CASE("accuracy and macro F1", "[text_classifier]") {
  Tally tally(4);
  CHECK(tally.metrics().empty());
  // told 0 1 1 2, there 0 1 2 2: F1 1, 2/3, 2/3; class 3 is nowhere
  const Tensor logits = Tensor::from({4, 4}, {9, 0, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 0, 9, 0});
  const std::vector<std::int32_t> labels = {0, 1, 2, 2};
  tally.add(logits, labels);
  const auto m = tally.metrics();
  CHECK(m[1].second == Approx(0.75));
  CHECK(m[2].second == Approx((1 + 2.0 / 3 + 2.0 / 3) / 3));
}

}  // namespace dlt::models
