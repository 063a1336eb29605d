#include "models/vision/small_graphs.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "base/rng.h"

namespace dlt::models::vision {
namespace {

using std::vector;

Value conv(Graph& g, const std::string& name, Value x, const Conv& c) {
  return g.add(name, c, {x});
}
Value norm(Graph& g, const std::string& name, Value x) { return g.add(name, BatchNorm{}, {x}); }
Value act(Graph& g, Value x, Activation kind = Activation::relu) {
  return g.add("", Activate{kind}, {x});
}

Value shuffle_unit(Graph& g, const std::string& name, Value x) {
  const std::int64_t half = g.channels(x) / 2;
  const Value left = g.add("", Channels{0, half}, {x}),
              right = g.add("", Channels{half, 2 * half}, {x});
  Value y = act(g, norm(g, name + ".1", conv(g, name + ".0", right, {.out = half})));
  const ops::Conv each{.padding = {1, 1}, .groups = half};
  y = norm(g, name + ".4",
           conv(g, name + ".3", y, {.out = half, .kernel = {3, 3}, .options = each}));
  return g.add("", ChannelShuffle{2}, {g.add("", Concat{}, {left, y})});
}

Graph classifier() {
  Graph g({3, 29, 24});
  const ops::Conv strided{.stride = {2, 2}, .padding = {1, 1}};
  Value x =
      act(g,
          norm(g, "stem.1",
               conv(g, "stem.0", g.input(), {.out = 16, .kernel = {3, 3}, .options = strided})),
          Activation::relu6);
  x = g.add("", MaxPool{{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}}, {x});
  for (const char* name : {"a", "b", "c"}) x = shuffle_unit(g, name, x);
  const Value pooled =
      g.add("", MaxPool{{.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}}}, {x});
  x = act(g, g.add("", Add{}, {x, pooled}));
  const Value part = g.add("", Channels{2, 7}, {x});
  x = g.add("", Concat{}, {x, part});
  x = act(g, norm(g, "own", x), Activation::tanh);  // a batch norm without a convolution
  const Value aside = g.add("aside", Conv{.out = 2}, {x});
  g.add_auxiliary(aside, 0.3);
  x = act(g, conv(g, "groups", x, {.out = 14, .options = {.groups = 7}, .bias = true}));
  x = g.add("", Dropout{0.4}, {g.add("", GlobalAverage{}, {x})});
  x = act(g, g.add("hidden", Linear{.out = 9}, {x}), Activation::sigmoid);
  g.set_output(g.add("fc", Linear{.out = 5, .bias = false}, {x}));
  return g;
}

// Sides that are no multiples of the strides.
Graph upsampling() {
  Graph g({2, 15, 18});
  const ops::Conv same{.padding = {1, 1}};
  const Value wide =
      act(g, norm(g, "down.1",
                  conv(g, "down.0", g.input(), {.out = 8, .kernel = {3, 3}, .options = same})));
  const Value pooled = g.add("", MaxPool{{}}, {wide});
  Value x = act(
      g, conv(g, "deep", pooled,
              {.out = 8, .kernel = {3, 3}, .options = {.padding = {2, 2}, .dilation = {2, 2}}}));
  const Value back = g.add("", Unpool{pooled.step}, {x});
  x = g.add("", Concat{}, {wide, back});
  const ops::ConvTranspose twice{
      .stride = {2, 2}, .padding = {1, 1}, .output_padding = {1, 1}, .groups = 2};
  const Value larger =
      act(g, norm(g, "up.1",
                  g.add("up.0", ConvTranspose{.out = 6, .kernel = {3, 3}, .options = twice}, {x})));
  const Value shuffled = g.add("", PixelShuffle{2}, {x});
  vector<Value> all = {larger, shuffled};
  using enum ops::Interpolation;
  for (const auto kind : {nearest, nearest_exact, linear, bicubic}) {
    const Value one = conv(g, "one" + std::to_string(all.size()), x, {.out = 1});
    all.push_back(g.add("", Resize{kind, {2, 2}}, {one}));
  }
  Value y = all[0];
  for (std::size_t i = 1; i < all.size(); ++i) y = g.add("", Concat{}, {y, all[i]});
  y = g.add("", ChannelShuffle{7}, {y});
  y = g.add("", Resize{linear, {1, 3}}, {y});
  g.set_output(g.add("", PixelShuffle{1}, {act(g, y, Activation::sigmoid)}));
  return g;
}

Graph pools() {
  Graph g({2, 13, 11});
  vector<Value> all;
  const vector<ops::Pool> kinds = {
      {.kernel = {3, 3}, .stride = {3, 3}, .padding = {0, 0}, .ceil = true},
      {.kernel = {3, 3}, .stride = {3, 3}, .padding = {1, 1}, .ceil = true},
      {.kernel = {2, 3}, .stride = {3, 3}, .padding = {1, 1}, .ceil = true},
      {.kernel = {4, 5}, .stride = {2, 3}, .padding = {2, 1}, .ceil = true},
      {.kernel = {3, 2}, .stride = {2, 2}, .padding = {1, 0}},
  };
  for (const ops::Pool& p : kinds) {
    all.push_back(g.add("", MaxPool{p}, {g.input()}));
    for (const auto count : {ops::CountPadding::no, ops::CountPadding::yes})
      all.push_back(g.add("", AvgPool{p, count}, {g.input()}));
  }
  Value sum = {};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Value y = g.add("fc" + std::to_string(i), Linear{.out = 6}, {all[i]});
    sum = i == 0 ? y : g.add("", Add{}, {sum, y});
  }
  g.set_output(sum);
  return g;
}

}  // namespace

vector<SmallGraph> small_graphs() {
  return {{"classifier", classifier()}, {"upsampling", upsampling()}, {"pools", pools()}};
}

SmallNetwork::SmallNetwork(const Graph& graph, Weights weights)
    : network(nn::Scope(params), graph) {
  if (weights == Weights::untrained) return;
  Rng rng(3);
  for (const auto& [name, array] : params.all()) {
    Tensor t = array;
    const bool variance = name.ends_with("running_var");
    for (std::int64_t i = 0; i < t.size(); ++i) {
      const double x = rng.uniform();
      t.mutable_data()[i] =
          static_cast<real>(variance || t.shape().rank() == 1 ? 0.3 + x : x - 0.5);
    }
  }
}

Tensor small_pictures(const Graph& graph, std::int64_t batch) {
  vector<std::int64_t> dims = {batch};
  const auto& size = graph.shape(graph.input()).dims();
  dims.insert(dims.end(), size.begin(), size.end());
  Tensor x = Tensor::uninitialized(Shape(dims));
  Rng rng(11);
  for (std::int64_t i = 0; i < x.size(); ++i)
    x.mutable_data()[i] = static_cast<real>(2 * rng.uniform() - 1);
  return x;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double worst = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const double apart =
        std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]));
    if (!(apart <= worst)) worst = apart;
  }
  return worst;
}

}  // namespace dlt::models::vision
