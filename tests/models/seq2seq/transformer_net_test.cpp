#include "models/seq2seq/transformer_net.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "check/gradients.h"
#include "optim/optimizer.h"
#include "support/check_op.h"
#include "support/failure.h"
#include "support/seq2seq.h"

using namespace dlt;
using models::Seq2SeqConfig, models::Sinusoids;

namespace {

void check_row(const Tensor& table, std::int64_t row, const std::vector<double>& expected) {
  for (std::size_t j = 0; j < expected.size(); ++j) {
    CHECK(table.data()[row * table.dim(1) + static_cast<std::int64_t>(j)] ==
          Approx(expected[j]).margin(1e-7));
  }
}

Seq2SeqConfig torch_transformer(std::int64_t width, std::int64_t heads, std::int64_t hidden) {
  Seq2SeqConfig c;
  c.width = width;
  c.heads = heads;
  c.hidden = hidden;
  return c;
}

// Row b of logits [batch, time, vocab], its first `size` positions.
std::span<const real> row(const Tensor& logits, std::int64_t b, std::int64_t size) {
  const auto vocab = logits.dim(2);
  return logits.values().subspan(static_cast<std::size_t>(b * logits.dim(1) * vocab),
                                 static_cast<std::size_t>(size * vocab));
}

class BatchTask : public train::Task {
 public:
  explicit BatchTask(const Seq2SeqConfig& c)
      : model_(c), batch_(test::batch_of(test::random_pairs(3, 5, c.vocab, 1))) {}
  nn::Params& params() override { return model_.params; }
  Tensor loss(std::int64_t step, std::int64_t) override {
    nn::Training training(derive(9, static_cast<std::uint64_t>(step)));
    return model_.net.loss(batch_, 0.1, &training);
  }
  train::Metrics evaluate() override { return {}; }
  std::int64_t items_per_part() const override { return batch_.tokens; }
  std::string_view item_name() const override { return "tokens"; }

 private:
  test::RandomSeq2Seq model_;
  data::PairBatch batch_;
};

}  // namespace

TEST_CASE("positions have the values of the paper's formula", "[seq2seq]") {
  const Tensor four = models::sinusoids(4, 4, Sinusoids::interleaved);
  check_row(four, 0, {0, 1, 0, 1});
  check_row(four, 1, {0.841470985, 0.540302306, 0.009999833, 0.99995});
  check_row(four, 2, {0.909297427, -0.416146837, 0.019998667, 0.999800007});
  check_row(four, 3, {0.141120008, -0.989992497, 0.0299955, 0.999550034});
  check_row(models::sinusoids(2, 512, Sinusoids::interleaved), 1,
            {0.841470985, 0.540302306, 0.82185619, 0.569695009});
  const Tensor halves = models::sinusoids(4, 4, Sinusoids::halves);
  check_row(halves, 1, {0.841470985, 0.009999833, 0.540302306, 0.99995});
  check_row(models::sinusoids(2, 5, Sinusoids::halves), 0, {0, 0, 0, 1, 1});
}

TEST_CASE("an encoder-decoder has as many parameters as torch's", "[seq2seq]") {
  Seq2SeqConfig base = torch_transformer(512, 8, 2048), big = torch_transformer(1024, 16, 4096);
  CHECK(base.parameters() == 44'138'496);
  base.final_norms = big.final_norms = true;
  CHECK(base.parameters() == 44'140'544);
  CHECK(big.parameters() == 176'361'472);
  base.vocab = big.vocab = 37'000;
  CHECK(base.parameters() == 63'084'544);
  CHECK(big.parameters() == 214'249'472);
  auto all = test::every_seq2seq();
  all.push_back(base);
  for (const Seq2SeqConfig& c : all) {
    nn::Params params = nn::Params::blank();
    const models::Seq2SeqTransformer net(nn::Scope(params), c);
    CHECK(params.count() == c.parameters());
  }
}

TEST_CASE("gradients of an encoder-decoder agree with finite differences", "[seq2seq][gradcheck]") {
  for (Seq2SeqConfig c : test::every_seq2seq()) {
    c.dropout = 0.2;
    BatchTask task(c);
    for (const auto& outcome : check::check_gradients(task)) {
      INFO(outcome.name << ": " << outcome.detail);
      CHECK(outcome.passed);
    }
  }
}

TEST_CASE("the loss is the mean smoothed cross entropy of the logits", "[seq2seq]") {
  const test::RandomSeq2Seq model(test::small_seq2seq());
  const auto batch = test::batch_of(test::random_pairs(4, 7, 11, 2));
  const Tensor logits = ops::reshape(model.net.logits(batch), {-1, 11});
  const Indices flat({batch.target.size()}, batch.target.values());
  for (const double smoothing : {0.0, 0.1}) {
    const Tensor expected =
        ops::cross_entropy(logits, flat, {}, {.ignore = -1, .smoothing = smoothing});
    CHECK(model.net.loss(batch, smoothing, nullptr).item() == Approx(expected.item()));
  }
}

TEST_CASE("padding does not leak: in a batch every pair has the logits it has alone", "[seq2seq]") {
  for (const Seq2SeqConfig& c : test::every_seq2seq()) {
    const test::RandomSeq2Seq model(c);
    const auto pairs = test::random_pairs(6, 9, c.vocab, 3);
    const Tensor together = model.net.logits(test::batch_of(pairs));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const Tensor alone = model.net.logits(test::batch_of({pairs[i]}));
      const auto ours = row(together, static_cast<std::int64_t>(i), alone.dim(1));
      for (std::size_t j = 0; j < ours.size(); ++j) {
        CHECK(ours[j] == Approx(alone.values()[j]).margin(1e-5));
      }
    }
  }
}

TEST_CASE("a later target does not change what comes before it", "[seq2seq]") {
  const test::RandomSeq2Seq model(test::small_seq2seq());
  auto pairs = test::random_pairs(1, 3, 11, 4);
  pairs[0].target = {2, 3, 4, 5, 6};
  const Tensor before = model.net.logits(test::batch_of(pairs));
  pairs[0].target[3] = 9;  // the input of position 4
  const Tensor after = model.net.logits(test::batch_of(pairs));
  CHECK(std::ranges::equal(row(before, 0, 4), row(after, 0, 4)));
  CHECK_FALSE(std::ranges::equal(row(before, 0, 5), row(after, 0, 5)));
}

TEST_CASE("decoding with caches gives the logits that computing all again gives", "[seq2seq]") {
  for (const Seq2SeqConfig& c : test::every_seq2seq()) {
    const test::RandomSeq2Seq model(c);
    auto pairs = test::random_pairs(3, 9, c.vocab, 5);
    for (auto& p : pairs) p.target.resize(8, 7);
    const auto batch = test::batch_of(pairs);
    const Tensor expected = model.net.logits(batch);
    const auto decoding = model.net.decode(batch.source, batch.source_sizes);
    decoding->select(std::vector<std::int64_t>{2, 0, 1, 0});
    const std::vector<std::int64_t> rows = {1, 0, 2};  // after the third step
    std::vector<std::size_t> of = {2, 0, 1, 0};
    for (std::int64_t t = 0; t < 9; ++t) {
      if (t == 3) {
        decoding->select(rows);
        of = {0, 2, 1};
      }
      std::vector<std::int32_t> tokens;
      for (const std::size_t i : of) {
        tokens.push_back(batch.input.data()[static_cast<std::int64_t>(i) * 9 + t]);
      }
      const Tensor logits = decoding->next(tokens);
      for (std::size_t r = 0; r < of.size(); ++r) {
        for (std::int64_t j = 0; j < c.vocab; ++j) {
          const auto at = (static_cast<std::int64_t>(of[r]) * 9 + t) * c.vocab + j;
          CHECK(logits.data()[static_cast<std::int64_t>(r) * c.vocab + j] ==
                Approx(expected.data()[at]).margin(2e-5));
        }
      }
    }
  }
}

TEST_CASE("an encoder-decoder learns one batch by heart", "[seq2seq]") {
  Seq2SeqConfig c = test::small_seq2seq();
  c.width = 16;
  c.hidden = 32;
  nn::Params params(1);
  const models::Seq2SeqTransformer net(nn::Scope(params), c);
  const auto batch = test::batch_of(test::random_pairs(4, 5, c.vocab, 6));
  double loss = 0;
  for (int step = 1; step <= 300; ++step) {
    params.zero_grad();
    const Tensor now = net.loss(batch, 0, nullptr);
    autograd::backward(now);
    loss = static_cast<double>(now.item());
    for (const auto& [name, t] : params.all()) {
      if (!t.has_grad()) continue;
      Tensor weights = t;
      const Tensor g = t.grad();
      for (std::int64_t i = 0; i < t.size(); ++i) {
        weights.mutable_data()[i] -= real(0.1) * g.data()[i];
      }
    }
  }
  CHECK(loss < 0.1);
}

TEST_CASE("an encoder-decoder has the same bits for any number of threads", "[seq2seq]") {
  test::check_threads([] {
    Seq2SeqConfig c = test::small_seq2seq();
    c.dropout = 0.1;
    test::RandomSeq2Seq model(c);
    const auto batch = test::batch_of(test::random_pairs(40, 15, c.vocab, 7));
    nn::Training training(1);
    const Tensor loss = model.net.loss(batch, 0.1, &training);
    autograd::backward(loss);
    std::vector<Tensor> results = {loss};
    for (const auto& [name, g] : model.params.grads()) results.push_back(g);
    return results;
  });
}

TEST_CASE("a sequence longer than the positions is named", "[seq2seq][errors]") {
  const test::RandomSeq2Seq model(test::small_seq2seq());
  auto pairs = test::random_pairs(1, 3, 11, 8);
  pairs[0].source.resize(16, 4);
  CHECK_THROWS_WITH(model.net.logits(test::batch_of(pairs)),
                    "a sequence of 17 tokens does not fit a context of 16");
}

TEST_CASE("a config of an encoder-decoder is read with its defaults", "[seq2seq]") {
  auto reader = config::Reader::parse_text(R"({"layers": 3, "width": 256, "heads": 4})", "a.json");
  const Seq2SeqConfig c = Seq2SeqConfig::read(reader);
  CHECK(c.encoder_layers == 3);
  CHECK(c.decoder_layers == 3);
  CHECK(c.hidden == 1024);
  CHECK_FALSE(c.final_norms);
  auto pre = config::Reader::parse_text(R"({"norm_place": "pre"})", "a.json");
  CHECK(Seq2SeqConfig::read(pre).final_norms);
  auto bad = config::Reader::parse_text(R"({"width": 10, "heads": 4})", "a.json");
  CHECK(test::failure([&] { Seq2SeqConfig::read(bad); }, Exit::usage) ==
        "a.json:1:24: /heads: 4 does not divide width = 10");
}
