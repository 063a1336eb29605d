#include "models/backbone/stack_lm.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "models/lru/lru.h"
#include "models/mamba/mamba.h"
#include "models/retnet/retnet.h"
#include "models/rwkv/rwkv.h"
#include "models/s4/s4.h"
#include "support/check_params.h"
#include "support/transformers.h"

using namespace dlt;
using namespace dlt::models;

namespace {

// Every family of mixers; each of these tests holds for all of them.
struct Family {
  std::string name;
  ReadArchitecture read;
  std::string fields = {};  // of its own
};
const std::vector<Family> families = {{"mamba", read_mamba},
                                      {"s4", read_s4},
                                      {"s4d", read_s4d},
                                      {"lru", read_lru},
                                      {"retnet", read_retnet, R"(, "head_norm_epsilon": 0.1)"},
                                      {"rwkv", read_rwkv}};

StackLmConfig small(const Family& family, const std::string& more = "") {
  auto model = config::Reader::parse_text(
      R"({"layers": 2, "width": 8, "context": 6, "tied": false)" + family.fields + more + "}",
      family.name);
  StackLmConfig c = StackLmConfig::read(model, family.read);
  c.vocab = 11;
  return c;
}

struct Net {
  explicit Net(const StackLmConfig& c, std::uint64_t seed = 1)
      : params(seed), net(nn::Scope(params), c) {}
  nn::Params params;
  StackLm net;
};

Tensor all_logits(const StackLm& net, const Indices& tokens) {
  const autograd::NoGrad off;
  return net.logits(tokens);
}

}  // namespace

TEST_CASE("gradients of language models over mixers equal central differences",
          "[backbone][gradcheck]") {
  const Indices tokens = test::random_tokens({2, 5}, 11, 3),
                targets = test::random_tokens({2, 5}, 11, 4);
  for (const Family& family : families) {
    INFO(family.name);
    Net model(small(family));
    test::randomize(model.params, 1);
    test::check_params(model.params,
                       [&] { return model.net.loss(model.net.embed(tokens), targets, nullptr); });
  }
}

TEST_CASE("the last token changes no earlier logits of a stack of mixers", "[backbone]") {
  for (const Family& family : families) {
    INFO(family.name);
    const Net model(small(family));
    const Indices tokens = test::random_tokens({1, 40}, 11, 7);
    auto changed = tokens.values();
    changed.back() = (changed.back() + 1) % 11;
    const Tensor a = all_logits(model.net, tokens), b = all_logits(model.net, {{1, 40}, changed});
    float earlier = 0, last = 0;
    for (std::int64_t i = 0; i < a.size(); ++i) {
      float& most = i < 39 * 11 ? earlier : last;
      most = std::max(most, static_cast<float>(std::abs(a.data()[i] - b.data()[i])));
    }
    CHECK(earlier < 1e-6F);  // transforms spread rounding errors
    CHECK(last > 1e-4F);
  }
}

TEST_CASE("step by step a stack of mixers says what it says of the whole text", "[backbone]") {
  constexpr std::int64_t length = 1000;
  for (const Family& family : families) {
    INFO(family.name);
    const Net model(small(family));
    const Indices tokens = test::random_tokens({1, length}, 11, 10);
    const Tensor all = all_logits(model.net, tokens);
    const auto& ids = tokens.values();
    Stack::State state = model.net.start();
    model.net.next_logits({ids.begin(), ids.begin() + 7}, state);  // several at once, then each
    real worst = 0;
    for (std::int64_t t = 7; t < length; ++t) {
      const Tensor one = model.net.next_logits({ids[static_cast<std::size_t>(t)]}, state);
      for (std::int64_t i = 0; i < 11; ++i) {
        worst = std::max(worst, std::abs(one.data()[i] - all.data()[t * 11 + i]));
      }
    }
    CHECK(worst < 1e-5);
  }
}
