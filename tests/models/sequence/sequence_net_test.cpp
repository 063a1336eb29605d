#include "models/sequence/sequence_net.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "models/mamba/mamba.h"
#include "models/model.h"
#include "ops/loss.h"
#include "optim/optimizer.h"
#include "support/check_params.h"
#include "support/model_files.h"
#include "support/transformers.h"

using namespace dlt;
using namespace dlt::models;

namespace {

struct Kind {
  std::string name;
  ReadBackbone read;
  std::string more;
};
const std::vector<Kind> kinds = {
    {"mamba", read_stack<read_mamba>, ""},
    {"lstm", read_recurrent<nn::Cell::lstm>, ""},
    {"gru", read_recurrent<nn::Cell::gru>, ""},
    {"transformer", read_transformer, R"(, "heads": 2, "context": 9)"},
    {"rope", read_transformer, R"(, "heads": 2, "context": 9, "positions": "rope")"},
};

struct SmallNet {
  SmallNet(const Kind& kind, const data::SequenceShape& shape, Pooling pooling) : params(1) {
    auto model = config::Reader::parse_text(R"({"layers": 2, "width": 8)" + kind.more + "}", "c");
    net.emplace(nn::Scope(params), kind.read(model), shape, pooling);
    test::randomize(params, 1);
  }
  nn::Params params;
  std::optional<SequenceNet> net;
};

data::Sequence random_ids(std::int64_t steps, std::uint64_t seed) {
  data::Sequence s;
  s.ids = test::random_tokens({steps}, 7, seed).values();
  return s;
}

data::SequenceBatch batch_of(const std::vector<data::Sequence>& rows, std::int64_t channels = 0) {
  std::vector<std::int64_t> members;
  for (std::int64_t i = 0; i < std::ssize(rows); ++i) members.push_back(i);
  return data::collate(data::in_memory(rows, channels), members, channels);
}

const data::SequenceShape ids{.vocabulary = 7, .longest = 9, .outputs = 3};
const data::SequenceShape numbers{
    .channels = 2, .longest = 9, .target = data::Target::numbers, .outputs = 3};

}  // namespace

TEST_CASE("gradients of sequence models equal central differences", "[sequence][gradcheck]") {
  for (const Kind& kind : kinds) {
    INFO(kind.name);
    auto rows = {random_ids(5, 3), random_ids(3, 4)};
    const auto batch = batch_of(rows);
    for (const Pooling pooling : {Pooling::mean, Pooling::last}) {
      SmallNet small(kind, ids, pooling);
      test::check_params(
          small.params,
          [&] {
            return ops::cross_entropy((*small.net)(batch, nullptr), Indices({2}, {2, 0}));
          },
          4);
    }
  }
}

TEST_CASE("a row's result depends neither on its neighbours nor on what fills it up",
          "[sequence]") {
  const autograd::NoGrad off;
  for (const Kind& kind : kinds) {
    INFO(kind.name);
    for (const Pooling pooling : {Pooling::mean, Pooling::last}) {
      const SmallNet small(kind, ids, pooling);
      const auto a = random_ids(4, 3), b = random_ids(9, 4);
      const Tensor alone = (*small.net)(batch_of({a}), nullptr);
      const Tensor both = (*small.net)(batch_of({a, b}), nullptr);
      for (int i = 0; i < 3; ++i) {
        CHECK(static_cast<double>(both.data()[i]) ==
              Approx(static_cast<double>(alone.data()[i])).margin(1e-5));
      }
    }
  }
}

TEST_CASE("steps are told where they are asked for", "[sequence]") {
  const autograd::NoGrad off;
  data::Sequence a = random_ids(6, 3), shorter = a;
  a.answers = {1, 2};
  shorter.ids.pop_back();
  shorter.answers = {1};
  for (const Kind& kind : kinds) {
    INFO(kind.name);
    const SmallNet small(kind, ids, Pooling::mean);
    const Tensor y = (*small.net)(batch_of({a}), nullptr);
    const Tensor before = (*small.net)(batch_of({shorter}), nullptr);
    REQUIRE(y.shape() == Shape{2, 3});
    REQUIRE(before.shape() == Shape{1, 3});
    for (int i = 0; i < 3; ++i) {  // the future changes nothing
      CHECK(static_cast<double>(y.data()[i]) ==
            Approx(static_cast<double>(before.data()[i])).margin(1e-5));
    }
  }
}

TEST_CASE("numbers are steps too", "[sequence][gradcheck]") {
  data::Sequence s;
  Rng rng(2);
  for (int i = 0; i < 8; ++i) s.numbers.push_back(static_cast<real>(rng.normal()));
  s.targets = {1, 2, 3};
  const auto batch = batch_of({s}, 2);
  SmallNet small(kinds.front(), numbers, Pooling::last);
  CHECK((*small.net)(batch, nullptr).shape() == Shape{1, 3});
  test::check_params(
      small.params,
      [&] { return ops::mse_loss((*small.net)(batch, nullptr), batch.wanted.targets); }, 4);
}

TEST_CASE("a sequence model learns one batch by heart", "[sequence]") {
  for (const char* name : {"seq.mamba", "seq.lstm", "seq.gru", "seq.transformer"}) {
    INFO(name);
    auto root = config::Reader::parse_text(
        fmt::format(R"({{"model": {{"name": "{}", "layers": 1, "width": 16{}}},
          "data": {{"name": "selective_copy", "length": 8, "tokens": 2, "vocabulary": 5}},
          "train": {{"batch": 6}}}})",
                    name, std::string(name) == "seq.transformer" ? R"(, "heads": 2)" : ""),
        "c");
    const auto model = make_model(root, {});
    train::Task& task = model->synthetic_task();
    optim::Optimizer optimizer(task.params(),
                               optim::OptimizerConfig::parse(R"({"name": "adam", "lr": 0.01})"));
    for (int step = 0; step < 200; ++step) {
      task.params().zero_grad();
      autograd::backward(task.loss(1, 0));
      optimizer.step(0.01, 1);
    }
    CHECK(static_cast<double>(task.loss(1, 0).item()) < 0.05);
  }
}

TEST_CASE("what a sequence model cannot be made of is told", "[sequence]") {
  const auto refusal = [](const std::string& model, const std::string& data) {
    return test::failure(
        [&] {
          auto root = config::Reader::parse_text(
              fmt::format("{{\"model\": {{{}}},\n\"data\": {{{}}}}}", model, data), "c");
          make_model(root, {});
        },
        Exit::usage);
  };
  CHECK(refusal(R"("name": "seq.transformer", "context": 100)", R"("name": "selective_copy")") ==
        "c:1:50: /model/context: the data have sequences of 272 steps, the model sees 100: use a "
        "larger context or shorter sequences");
  CHECK(refusal(R"("name": "seq.gru", "loss": "mse")", R"("name": "induction")") ==
        "c:1:39: /model/loss: the data have classes to tell: use cross_entropy");
  CHECK(refusal(R"("name": "seq.gru", "loss": "cross_entropy")",
                R"("name": "series", "train": "data/fixtures/waves.csv")") ==
        "c:1:39: /model/loss: the data have numbers to predict: use mse, l1, smooth_l1 or huber");
  CHECK(refusal(R"("name": "seq.gru", "pooling": "last")", R"("name": "induction")") ==
        "c:1:31: /model/pooling: is not a known key; known: dropout, input_deviation, "
        "label_smoothing, layers, loss, "
        "name, width");
  CHECK(refusal(R"("name": "seq.gru")", R"("name": "inductoin")") ==
        "c:2:18: /data/name: unknown data set 'inductoin'; did you mean 'induction'?");
  CHECK(refusal(R"("name": "seq.gru")", "") ==
        "c:2:9: /data/name: is required, the name of a data set of sequences: text.classes, "
        "series, ...");
}
