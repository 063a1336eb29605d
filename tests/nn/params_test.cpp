#include "nn/params.h"

#include <catch2/catch.hpp>

#include "nn/norm.h"
#include "support/failure.h"

using namespace dlt;

namespace {

nn::StateDict copy_of(const nn::Params& params) {
  nn::StateDict copy;
  for (const auto& [name, t] : params.all()) copy.emplace(name, t.clone());
  return copy;
}

}  // namespace

TEST_CASE("a state dict has parameters and buffers, in the order they were made", "[nn]") {
  nn::Params params(1);
  const nn::Scope scope(params);
  const nn::Linear first(scope / "z", 2, 3);
  const nn::BatchNorm norm(scope / "a", 3);
  CHECK(params.names() == std::vector<std::string>{"z.weight", "z.bias", "a.weight", "a.bias",
                                                   "a.running_mean", "a.running_var",
                                                   "a.num_batches_tracked"});
  CHECK(params.all().size() == 7);
  CHECK(params.count() == 2 * 3 + 3 + 3 + 3);
  CHECK_FALSE(params.all().at("a.running_var").needs_grad());
  CHECK(params.all().at("a.running_var").data()[2] == 1);
}

TEST_CASE("a state dict loads as a whole or not at all", "[nn]") {
  nn::Params params(1);
  const nn::BatchNorm norm(nn::Scope(params) / "bn", 2);
  const nn::StateDict before = copy_of(params);
  const auto refuses = [&](const nn::StateDict& from, const std::string& why) {
    CHECK(test::failure([&] { params.load(from); }, Exit::damaged) == why);
    for (const auto& [name, t] : before) {
      const auto now = params.all().at(name).values();
      CHECK(std::vector<real>(now.begin(), now.end()) ==
            std::vector<real>(t.values().begin(), t.values().end()));
    }
  };
  nn::StateDict other = copy_of(params);
  for (auto& [name, t] : other) std::fill_n(t.mutable_data(), t.size(), real{7});
  const nn::StateDict whole = other;

  other.erase("bn.running_var");
  refuses(other, "the checkpoint has no 'bn.running_var' [2]");
  other = whole;
  other.emplace("bn.gamma", Tensor::zeros({2}));
  refuses(other, "the checkpoint has 'bn.gamma' [2], the model has not");
  other = whole;
  other.at("bn.running_mean") = Tensor::zeros({3});
  refuses(other, "'bn.running_mean' is [3] in the checkpoint, [2] in the model");

  params.load(whole);
  CHECK(params.all().at("bn.running_mean").data()[1] == 7);
  CHECK(params.all().at("bn.num_batches_tracked").item() == 7);
}

TEST_CASE("a parameter larger than the machine is refused before it is made", "[nn]") {
  nn::Params params(1);
  const std::string why = test::failure(
      [&] {
        params.create("w", {1 << 30, 1 << 30, 1 << 30}, nn::zeros());
      },
      Exit::failed);
  CHECK_THAT(why, Catch::StartsWith("parameter 'w' [1073741824, 1073741824, 1073741824] takes ") &&
                      Catch::Contains(" GB, this machine has "));
}

TEST_CASE("a place that caller and layer both name is said once", "[nn]") {
  nn::Params params(1);
  const nn::Linear linear((nn::Scope(params) / 3).labelled("layers.linear"), 4, 2);
  CHECK(params.names().front() == "3.weight");
  const std::string why = test::failure(
      [&] {
        const Frame frame("layer", "3 (layers.linear)");
        linear(Tensor::zeros({2, 5}));
      },
      Exit::failed);
  CHECK(why.find("in layer 3 (layers.linear)") == why.rfind("in layer"));
}
