#include "base/registry.h"

#include <catch2/catch.hpp>

using namespace dlt;

namespace {

using Make = int (*)();
int one() { return 1; }

}  // namespace

TEST_CASE("a registry finds canonical names and aliases", "[base][registry]") {
  const Registry<Make> models("model", {{{"lm.mamba", "mamba"}, "selective SSM", one},
                                        {{"lm.ngram"}, "Kneser-Ney", [] { return 2; }}});
  CHECK(models.find("mamba").names.front() == "lm.mamba");
  CHECK(models.find("lm.ngram").make() == 2);
  CHECK(models.all().size() == 2);
}

TEST_CASE("an unknown name is a usage error that names the nearest", "[base][registry]") {
  const Registry<Make> models("model", {{{"lm.mamba", "mamba"}, "", one}, {{"lm.ngram"}, "", one}});
  CHECK_THROWS_WITH(models.find("lm.mambo"), "unknown model 'lm.mambo'; did you mean 'lm.mamba'?");
  CHECK_THROWS_WITH(models.find("yolo"), "unknown model 'yolo'; known: lm.mamba, lm.ngram");
  try {
    models.find("x");
  } catch (const Error& e) {
    CHECK(e.exit() == Exit::usage);
  }
}

TEST_CASE("a registry refuses clashes and bad names", "[base][registry]") {
  const auto make = [](std::vector<std::string_view> names) {
    return Registry<Make>("model", {{std::move(names), "", one}});
  };
  CHECK_THROWS_WITH(make({"a.b", "a.b"}), "model 'a.b' is exported twice");
  CHECK_THROWS_WITH(make({"A"}), "model name 'A' is not lower_case.dotted");
  CHECK_THROWS_WITH(make({".a"}), "model name '.a' is not lower_case.dotted");
}
