#include "models/vision/plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "base/parallel.h"
#include "models/vision/arena.h"
#include "models/vision/small_graphs.h"
#include "support/failure.h"

namespace dlt::models::vision {
namespace {

template <class Kind>
std::int64_t count(const Folded& net) {
  return std::count_if(net.steps.begin(), net.steps.end(),
                       [](const FoldedStep& s) { return std::holds_alternative<Kind>(s.layer); });
}

const FoldedStep& step(const Folded& net, const std::string& name) {
  const auto found = std::find_if(net.steps.begin(), net.steps.end(),
                                  [&](const FoldedStep& s) { return s.name == name; });
  REQUIRE(found != net.steps.end());
  return *found;
}

double largest(const Tensor& t) {
  double most = 0;
  for (const real x : t.values()) most = std::max(most, std::abs(static_cast<double>(x)));
  return most;
}

}  // namespace

TEST_CASE("a planned network gives what the network gives", "[vision][plan]") {
  for (const SmallGraph& small : small_graphs()) {
    const SmallNetwork net(small.graph);
    const Tensor x = small_pictures(small.graph, 3);
    const autograd::NoGrad off;
    const Tensor expected = net.network(x, nullptr).y;
    Plan plan(fold(small.graph, net.params.all()));
    CAPTURE(small.name, plan.memory(), plan.memory_without_reuse());
    const Tensor y = plan(x);
    CHECK(largest_difference(y, expected) <= 1e-5 * largest(expected));
    CHECK(plan.memory() < plan.memory_without_reuse());
    set_threads(3);
    const Tensor again = plan(x);
    set_threads(1);
    CHECK(std::equal(again.values().begin(), again.values().end(), y.values().begin()));
  }
}

TEST_CASE("folding leaves what inference needs", "[vision][plan]") {
  const Graph graph = small_graphs()[0].graph;
  const SmallNetwork net(graph);
  const Folded folded = fold(graph, net.params.all());
  CHECK(count<BatchNorm>(folded) == 0);
  CHECK(count<Dropout>(folded) == 0);
  CHECK(count<Activate>(folded) == 0);
  CHECK(step(folded, "stem.0").activation == Activation::relu6);
  CHECK(step(folded, "stem.0").bias.defined());
  CHECK(step(folded, "a.3").activation == std::nullopt);
  CHECK(std::get<Conv>(step(folded, "own").layer).options.groups == 21);
  CHECK(step(folded, "own").activation == Activation::tanh);
  CHECK(step(folded, "hidden").weight.data() == net.params.all().at("hidden.weight").data());
  const bool aside = std::any_of(folded.steps.begin(), folded.steps.end(),
                                 [](const FoldedStep& s) { return s.name == "aside"; });
  CHECK_FALSE(aside);
}

TEST_CASE("batch norms that cannot be folded stay apart", "[vision][plan]") {
  Graph g({2, 4, 4});
  const Value c = g.add("conv", Conv{.out = 3}, {g.input()});
  const Value activated = g.add("", Activate{}, {c});
  const Value late = g.add("late", BatchNorm{}, {activated}),
              other = g.add("other", BatchNorm{}, {c});
  g.set_output(g.add("", Add{}, {late, other}));
  const SmallNetwork net(g);
  const Folded folded = fold(g, net.params.all());
  CHECK_FALSE(step(folded, "conv").activation.has_value());
  CHECK_FALSE(step(folded, "conv").bias.defined());
  CHECK(count<Activate>(folded) == 1);
  CHECK(count<Conv>(folded) == 3);
  const Tensor x = small_pictures(g, 1);
  const autograd::NoGrad off;
  CHECK(largest_difference(Plan(folded)(x), net.network(x, nullptr).y) < 1e-5);
}

TEST_CASE("folding refuses weights of another model", "[vision][plan]") {
  Graph g({2, 4, 4});
  g.set_output(g.add("conv", Conv{.out = 3}, {g.input()}));
  CHECK(test::failure([&] { fold(g, {}); }, Exit::damaged) ==
        "the weights have no 'conv.weight' [3, 2, 1, 1]: they belong to another model");
}

TEST_CASE("a plan takes pictures of its size alone", "[vision][plan]") {
  Graph g({2, 4, 4});
  g.set_output(g.add("", Activate{}, {g.input()}));
  Plan plan(fold(g, {}));
  CHECK(test::failure(
            [&] {
              plan(Tensor::zeros({1, 2, 4, 5}));
            },
            Exit::failed) == "pictures [1, 2, 4, 5] are not [batch, 2, 4, 4]");
  CHECK(plan(Tensor::zeros({0, 2, 4, 4})).shape() == Shape{0, 2, 4, 4});
}

TEST_CASE("arrays that are wanted at one time do not overlap", "[vision][plan]") {
  const std::vector<Lifetime> arrays = {{100, 0, 1}, {40, 1, 2}, {90, 2, 4},
                                        {17, 0, 4},  {50, 3, 3}, {0, 2, 2}};
  const Arena arena = place(arrays);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    sum += arrays[i].size;
    CHECK(arena.offsets[i] % 16 == 0);
    CHECK(arena.offsets[i] + arrays[i].size <= arena.size);
    for (std::size_t j = 0; j < i; ++j) {
      if (arrays[i].last < arrays[j].first || arrays[j].last < arrays[i].first) continue;
      const bool apart = arena.offsets[i] + arrays[i].size <= arena.offsets[j] ||
                         arena.offsets[j] + arrays[j].size <= arena.offsets[i];
      CHECK(apart);
    }
  }
  CHECK(arena.size < sum);
}

}  // namespace dlt::models::vision
