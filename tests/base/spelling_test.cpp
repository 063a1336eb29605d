#include "base/spelling.h"

#include <catch2/catch.hpp>

using namespace dlt;

TEST_CASE("the nearest known word is suggested, a far one is not", "[base][spelling]") {
  const std::vector<std::string_view> known = {"layers", "heads",        "lr",
                                               "warmup", "weight_decay", "lm.transformer"};
  const std::pair<const char*, const char*> cases[] = {
      {"layrs", "layers"},
      {"haeds", "heads"},
      {"Heads", "heads"},
      {"rl", "lr"},
      {"l", ""},
      {"xy", ""},
      {"warmup_steps", "warmup"},
      {"decay", "weight_decay"},
      {"weigth_dekay", "weight_decay"},
      {"transformer", "lm.transformer"},
      {"momentum", ""},
      {"", ""},
  };
  for (const auto& [wrong, right] : cases) {
    INFO(wrong);
    CHECK(nearest(wrong, known) == right);
  }
  CHECK(nearest(std::string(100'000, 'a'), known).empty());
}

TEST_CASE("a hint is a guess, or the whole list", "[base][spelling]") {
  CHECK(did_you_mean("d_sate", {"d_state", "d_conv"}) == "; did you mean 'd_state'?");
  CHECK(did_you_mean("rope", {"d_state", "d_conv"}) == "; known: d_state, d_conv");
  const std::string word(101, 'x');
  const std::vector<std::string_view> many(201, word);
  CHECK(did_you_mean("rope", {many.front()}) == "; known: " + word.substr(1) + "...");
  CHECK_THAT(did_you_mean("rope", many), Catch::EndsWith("x... and 1 more"));
  CHECK(did_you_mean("rope", {}) == "; none is known here");
}
