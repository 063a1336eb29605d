#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "models/seq2seq/lstm_net.h"
#include "models/seq2seq/search.h"
#include "optim/optimizer.h"
#include "support/check_params.h"
#include "support/transformers.h"

using namespace dlt;
using models::Seq2SeqLstm, models::Seq2SeqLstmConfig;

namespace {

using Ids = std::vector<std::int32_t>;

Seq2SeqLstmConfig small(bool tied = true) {
  Seq2SeqLstmConfig c;
  c.vocab = 11;
  c.layers = 2;
  c.width = 6;
  c.embedding = tied ? 6 : 5;
  c.tied = tied;
  return c;
}

struct RandomNet {
  explicit RandomNet(const Seq2SeqLstmConfig& c)
      : params(nn::Params::blank()), net(nn::Scope(params), c) {
    test::randomize(params, 1);
  }
  nn::Params params;
  Seq2SeqLstm net;
};

// Rows of ids, padded with 0 (inputs, sources) or -1 (targets).
Indices padded(const std::vector<Ids>& rows, std::int32_t with) {
  std::size_t longest = 0;
  for (const Ids& row : rows) longest = std::max(longest, row.size());
  Ids all;
  for (const Ids& row : rows) {
    all.insert(all.end(), row.begin(), row.end());
    all.resize(all.size() + longest - row.size(), with);
  }
  return {{std::ssize(rows), static_cast<std::int64_t>(longest)}, std::move(all)};
}

// pad is 0, end is 1.
data::PairBatch batch_of(const std::vector<std::pair<Ids, Ids>>& pairs) {
  data::PairBatch b;
  std::vector<Ids> sources, inputs, targets;
  for (auto [source, target] : pairs) {
    source.push_back(1);
    b.source_sizes.push_back(std::ssize(source));
    sources.push_back(source);
    inputs.push_back({0});
    inputs.back().insert(inputs.back().end(), target.begin(), target.end());
    target.push_back(1);
    targets.push_back(target);
    b.tokens += std::ssize(source) + std::ssize(target);
  }
  b.source = padded(sources, 0);
  b.input = padded(inputs, 0);
  b.target = padded(targets, ops::ignored);
  return b;
}

const std::vector<std::pair<Ids, Ids>> pairs = {
    {{3, 4, 5, 6}, {7, 8}}, {{9}, {10, 2, 3, 4}}, {{5, 5, 2}, {6}}};

// The logits of pair i of a batch at step t.
std::span<const real> at(const Tensor& logits, std::int64_t i, std::int64_t t) {
  const auto vocab = static_cast<std::size_t>(logits.dim(2));
  return logits.values().subspan(static_cast<std::size_t>(i * logits.dim(1) + t) * vocab, vocab);
}

void check_close(std::span<const real> a, std::span<const real> b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(1e-5));
}

}  // namespace

TEST_CASE("a seq2seq LSTM's config counts the parameters that it has", "[seq2seq_lstm]") {
  for (const bool tied : {false, true}) {
    CHECK(RandomNet(small(tied)).params.count() == small(tied).parameters());
  }
}

TEST_CASE("padding does not leak into a seq2seq LSTM's logits", "[seq2seq_lstm]") {
  const RandomNet model(small());
  const autograd::NoGrad off;
  const Tensor together = model.net.logits(batch_of(pairs));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Tensor alone = model.net.logits(batch_of({pairs[i]}));
    for (std::int64_t t = 0; t < alone.dim(1); ++t) {
      INFO("pair " << i << " step " << t);
      check_close(at(together, static_cast<std::int64_t>(i), t), at(alone, 0, t));
    }
  }
}

TEST_CASE("a seq2seq LSTM's loss is the mean over all targets of a batch", "[seq2seq_lstm]") {
  const RandomNet model(small());
  const autograd::NoGrad off;
  for (const double smoothing : {0.0, 0.1}) {
    double sum = 0, count = 0;
    for (const auto& pair : pairs) {
      const auto targets = static_cast<double>(pair.second.size() + 1);
      sum += targets *
             static_cast<double>(model.net.loss(batch_of({pair}), smoothing, nullptr).item());
      count += targets;
    }
    CHECK(static_cast<double>(model.net.loss(batch_of(pairs), smoothing, nullptr).item()) ==
          Approx(sum / count).epsilon(1e-5));
  }
}

TEST_CASE("gradients of a seq2seq LSTM equal central differences", "[seq2seq_lstm][gradcheck]") {
  for (const bool tied : {false, true}) {
    RandomNet model(small(tied));
    const data::PairBatch batch = batch_of(pairs);
    test::check_params(model.params, [&] { return model.net.loss(batch, 0.1, nullptr); });
  }
}

TEST_CASE("decoding a seq2seq LSTM step by step gives the logits of training", "[seq2seq_lstm]") {
  const RandomNet model(small());
  const autograd::NoGrad off;
  const data::PairBatch batch = batch_of(pairs);
  const Tensor all = model.net.logits(batch);
  const auto decoding = model.net.decode(batch.source, batch.source_sizes);
  const std::int64_t steps = batch.input.shape().dim(1);
  for (std::int64_t t = 0; t < steps; ++t) {
    Ids last;
    for (std::int64_t i = 0; i < 3; ++i) {
      last.push_back(batch.input.values()[static_cast<std::size_t>(i * steps + t)]);
    }
    const Tensor logits = decoding->next(last);
    for (std::int64_t i = 0; i < 3; ++i) {
      check_close(logits.values().subspan(static_cast<std::size_t>(i * 11), 11), at(all, i, t));
    }
  }
}

TEST_CASE("rows of a decoding seq2seq LSTM are chosen, doubled and left out", "[seq2seq_lstm]") {
  const RandomNet model(small());
  const data::PairBatch batch = batch_of(pairs);
  const auto many = model.net.decode(batch.source, batch.source_sizes);
  many->next(Ids{0, 0, 0});
  many->select(std::vector<std::int64_t>{2, 0, 2, 0});
  many->next(Ids{5, 6, 7, 8});
  many->select(std::vector<std::int64_t>{3, 2});  // of sources 0 and 2
  const Tensor logits = many->next(Ids{9, 10});
  const std::vector<std::pair<std::size_t, Ids>> histories = {{0, {0, 8, 9}}, {2, {0, 7, 10}}};
  for (std::size_t row = 0; row < histories.size(); ++row) {
    const auto& [pair, tokens] = histories[row];
    const data::PairBatch one = batch_of({pairs[pair]});
    const auto alone = model.net.decode(one.source, one.source_sizes);
    Tensor expected;
    for (const std::int32_t token : tokens) expected = alone->next(Ids{token});
    check_close(logits.values().subspan(row * 11, 11), expected.values());
  }
}

TEST_CASE("a sentence has the same logits to the bit alone and among others", "[seq2seq_lstm]") {
  Seq2SeqLstmConfig c = small();
  c.width = c.embedding = 40;
  const RandomNet model(c);
  std::vector<std::pair<Ids, Ids>> many;
  for (std::int32_t i = 0; i < 21; ++i) {
    many.push_back({Ids(static_cast<std::size_t>(1 + 7 * i % 20), 2 + i % 9), {}});
  }
  const data::PairBatch batch = batch_of(many);
  const auto together = model.net.decode(batch.source, batch.source_sizes);
  Tensor logits = together->next(Ids(many.size(), 0));
  logits = together->next(Ids(many.size(), 5));
  for (std::size_t i = 0; i < many.size(); ++i) {
    const data::PairBatch one = batch_of({many[i]});
    const auto alone = model.net.decode(one.source, one.source_sizes);
    alone->next(Ids{0});
    CHECK(std::ranges::equal(alone->next(Ids{5}).values(), logits.values().subspan(i * 11, 11)));
  }
}

TEST_CASE("a seq2seq LSTM learns to turn sequences round", "[seq2seq_lstm]") {
  Seq2SeqLstmConfig c = small();
  c.width = c.embedding = 24;
  c.dropout = 0;
  nn::Params params(1);
  const Seq2SeqLstm net(nn::Scope(params), c);
  optim::Optimizer optimizer(params, {});
  const data::PairBatch batch =
      batch_of({{{2, 3, 4}, {4, 3, 2}}, {{5, 6}, {6, 5}}, {{7, 8, 9, 10}, {10, 9, 8, 7}}});
  double loss = 0;
  for (int i = 0; i < 100; ++i) {
    const Tensor y = net.loss(batch, 0, nullptr);
    loss = static_cast<double>(y.item());
    autograd::backward(y);
    optimizer.step(0.02, 1);
    params.zero_grad();
  }
  CHECK(loss < 0.05);
  for (const std::int64_t beam : {1, 3}) {
    const auto said =
        search(net, {{2, 3, 4}, {5, 6}, {7, 8, 9, 10}}, {.pad = 0, .end = 1}, {.beam = beam});
    CHECK(said[0].tokens == Ids{4, 3, 2});
    CHECK(said[1].tokens == Ids{6, 5});
    CHECK(said[2].tokens == Ids{10, 9, 8, 7});
  }
}
