#include "models/transformer/transformer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "optim/optimizer.h"
#include "support/check_op.h"
#include "support/transformers.h"

using namespace dlt;
using models::Transformer, models::TransformerBlock, models::TransformerConfig;

namespace {

constexpr bool exact = sizeof(real) == sizeof(double);  // the gradcheck build
constexpr double step = exact ? 1e-6 : 1e-2;
constexpr double tolerance = exact ? 1e-6 : 3e-2;

// Every element of x and of every parameter against central differences of a random projection.
void check_block(const TransformerConfig& c) {
  auto params = nn::Params::blank();
  const TransformerBlock block(nn::Scope(params), c);
  test::randomize(params, 3);
  Tensor x = test::random({2, 3, c.width}, 4).set_needs_grad();
  const Tensor direction = test::random(x.shape(), 5);
  const auto projected = [&] { return ops::sum(ops::mul(block(x, nullptr), direction)); };
  autograd::backward(projected());

  nn::StateDict inputs = params.all();
  inputs.emplace("x", x);
  const autograd::NoGrad off;
  for (auto& [name, t] : inputs) {
    for (std::int64_t i = 0; i < t.size(); ++i) {
      real& value = t.mutable_data()[i];
      const real kept = value;
      value = kept + static_cast<real>(step);
      const double right = projected().item();
      value = kept - static_cast<real>(step);
      const double left = projected().item();
      value = kept;
      INFO(name << " element " << i);
      const double expected = (right - left) / (2 * step);
      CHECK(t.grad().data()[i] == Approx(expected).epsilon(tolerance).margin(tolerance));
    }
  }
}

std::vector<TransformerConfig> flavours() { return {test::small_gpt2(), test::small_llama()}; }

// Largest |a - b| over rows, measured by the largest |b|.
double apart(std::span<const real> a, std::span<const real> b) {
  double difference = 0, scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(a[i] - b[i])));
    scale = std::max(scale, std::abs(static_cast<double>(b[i])));
  }
  return difference / scale;
}

}  // namespace

TEST_CASE("a GPT-2 block's gradients equal central differences", "[transformer][gradcheck]") {
  check_block(test::small_gpt2());
}

TEST_CASE("a Llama block's gradients equal central differences", "[transformer][gradcheck]") {
  check_block(test::small_llama());
}

TEST_CASE("the last token changes no earlier logits", "[transformer]") {
  for (const TransformerConfig& c : flavours()) {
    const test::RandomTransformer model(c);
    const Indices tokens = test::random_tokens({1, 6}, c.vocab, 7);
    auto changed = tokens.values();
    changed.back() = (changed.back() + 1) % 11;
    const autograd::NoGrad off;
    const Tensor a = model.net.logits(tokens), b = model.net.logits({tokens.shape(), changed});
    const auto earlier = static_cast<std::size_t>(5 * c.vocab);
    CHECK(std::ranges::equal(a.values().first(earlier), b.values().first(earlier)));
    CHECK_FALSE(std::ranges::equal(a.values().subspan(earlier), b.values().subspan(earlier)));
  }
}

TEST_CASE("a Transformer learns one batch by heart", "[transformer]") {
  for (const TransformerConfig& c : flavours()) {
    nn::Params params(1);
    const Transformer net(nn::Scope(params), c);
    optim::Optimizer optimizer(params, {});
    const Indices tokens({2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1});  // no two prefixes alike
    const Indices targets = test::random_tokens({2, 6}, c.vocab, 9);
    double loss = 0;
    for (int i = 0; i < 200; ++i) {
      const Tensor y = net.loss(tokens, targets, nullptr);
      loss = static_cast<double>(y.item());
      autograd::backward(y);
      optimizer.step(0.02, 1);
      params.zero_grad();
    }
    INFO(c.flavour);
    CHECK(loss < 0.05);
  }
}

TEST_CASE("a Transformer's parameters have these names", "[transformer]") {
  const auto names = [](TransformerConfig c) {
    c.layers = 1;
    std::vector<std::string> all;
    const test::RandomTransformer model(c);
    for (const auto& [name, t] : model.params.all()) all.push_back(name + " " + t.shape().str());
    return all;
  };
  CHECK(names(test::small_gpt2()) ==
        std::vector<std::string>{
            "blocks.0.attention.out.bias [8]", "blocks.0.attention.out.weight [8, 8]",
            "blocks.0.attention.qkv.bias [24]", "blocks.0.attention.qkv.weight [24, 8]",
            "blocks.0.mlp.down.bias [8]", "blocks.0.mlp.down.weight [8, 12]",
            "blocks.0.mlp.up.bias [12]", "blocks.0.mlp.up.weight [12, 8]",
            "blocks.0.norm1.bias [8]", "blocks.0.norm1.weight [8]", "blocks.0.norm2.bias [8]",
            "blocks.0.norm2.weight [8]", "embedding.weight [11, 8]", "norm.bias [8]",
            "norm.weight [8]", "positions.weight [6, 8]"});
  CHECK(names(test::small_llama()) ==
        std::vector<std::string>{
            "blocks.0.attention.out.weight [8, 8]", "blocks.0.attention.qkv.weight [16, 8]",
            "blocks.0.mlp.down.weight [8, 12]", "blocks.0.mlp.gate_up.weight [24, 8]",
            "blocks.0.norm1.weight [8]", "blocks.0.norm2.weight [8]", "embedding.weight [11, 8]",
            "head.weight [11, 8]", "norm.weight [8]"});
}

TEST_CASE("a config counts the parameters that its network has", "[transformer]") {
  for (const TransformerConfig& base : flavours()) {
    for (bool bias : {false, true}) {
      for (bool tied : {false, true}) {
        TransformerConfig c = base;
        c.bias = bias;
        c.tied = tied;
        CHECK(test::RandomTransformer(c).params.count() == c.parameters());
      }
    }
  }
}

TEST_CASE("the shape of GPT-2 has 124439808 parameters", "[transformer]") {
  TransformerConfig c;
  c.vocab = 50257;
  c.layers = c.heads = c.kv_heads = 12;
  c.width = 768;
  c.hidden = 4 * 768;
  c.context = 1024;
  CHECK(c.parameters() == 124439808);
  auto params = nn::Params::blank();
  const Transformer net(nn::Scope(params), c);
  CHECK(params.count() == 124439808);
}

TEST_CASE("the key/value cache gives the logits of computing everything again", "[transformer]") {
  for (TransformerConfig c : flavours()) {
    c.context = 20;
    const test::RandomTransformer model(c);
    const Indices tokens = test::random_tokens({1, c.context}, c.vocab, 10);
    const autograd::NoGrad off;
    const Tensor all = model.net.logits(tokens);
    const auto vocab = static_cast<std::size_t>(c.vocab);
    for (std::int64_t first : {1, 7, 20}) {  // tokens that come at once, the others one by one
      auto cache = model.net.new_cache();
      const auto& ids = tokens.values();
      Tensor logits = model.net.next_logits({ids.begin(), ids.begin() + first}, cache);
      for (std::int64_t t = first;; ++t) {
        const auto expected = all.values().subspan(static_cast<std::size_t>(t - 1) * vocab, vocab);
        INFO(c.flavour << ", " << first << " tokens at once, position " << t - 1);
        CHECK(apart(logits.values(), expected) < 1e-5);
        CHECK(std::ranges::max_element(logits.values()) - logits.values().begin() ==
              std::ranges::max_element(expected) - expected.begin());
        if (t == c.context) break;
        logits = model.net.next_logits({ids[static_cast<std::size_t>(t)]}, cache);
      }
    }
  }
}

TEST_CASE("tokens that do not fit the cache are an error", "[transformer]") {
  const test::RandomTransformer model(test::small_gpt2());
  auto cache = model.net.new_cache();
  CHECK_THROWS_WITH(model.net.next_logits({1, 2, 3, 4, 5, 6, 7}, cache),
                    "next_logits: 7 tokens after 0 do not fit a context of 6");
}

TEST_CASE("grouped queries share keys and values", "[transformer]") {
  const TransformerConfig shared = test::small_llama();
  TransformerConfig apart_heads = shared;
  apart_heads.kv_heads = 2;
  const test::RandomTransformer grouped(shared);
  test::RandomTransformer full(apart_heads);
  nn::StateDict weights = grouped.params.all();
  for (const char* name : {"blocks.0.attention.qkv.weight", "blocks.1.attention.qkv.weight"}) {
    const auto rows = weights.at(name).values();  // two query heads, keys, values; 4 rows each
    std::vector<real> repeated(rows.begin(), rows.begin() + 8 * 8);
    for (int part : {2, 2, 3, 3}) {
      repeated.insert(repeated.end(), rows.begin() + part * 32, rows.begin() + (part + 1) * 32);
    }
    weights[name] = Tensor::from({24, 8}, repeated);
  }
  full.params.load(weights);
  const Indices tokens = test::random_tokens({2, 6}, shared.vocab, 11);
  const autograd::NoGrad off;
  CHECK(apart(grouped.net.logits(tokens).values(), full.net.logits(tokens).values()) < 1e-6);
}
