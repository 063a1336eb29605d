#include "base/registry.h"

#include <catch2/catch.hpp>

using namespace dlt;

namespace {

using Make = int (*)();
int one() { return 1; }
int two() { return 2; }
int three() { return 3; }
int one_again() { return one(); }

}  // namespace

TEST_CASE("a registry finds canonical names and aliases", "[base][registry]") {
  const Registry<Make> models("model", {{{"lm.mamba", "mamba"}, "selective SSM", one},
                                        {{"lm.ngram"}, "Kneser-Ney", [] { return 2; }}});
  CHECK(models.find("mamba").names.front() == "lm.mamba");
  CHECK(models.find("lm.ngram").make() == 2);
  CHECK(models.all().size() == 2);
}

TEST_CASE("an unknown name is a usage error that names the nearest", "[base][registry]") {
  const Registry<Make> models("model", {{{"lm.mamba", "mamba"}, "", one}, {{"lm.ngram"}, "", two}});
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

// The facts of tf_export, seeds of the API: names, versions, deprecation.

TEST_CASE("the canonical name is the first that is not deprecated", "[base][registry]") {
  CHECK(Names{{"foo", "bar.foo"}, {}, {}}.canonical() == "foo");
  CHECK(Names{{"foo", "bar.foo"}, {}, {"foo"}}.canonical() == "bar.foo");
  CHECK(Names{{"foo", "bar.foo"}, {}, {"foo", "bar.foo"}}.canonical() == "foo");
  CHECK(Names{}.canonical().empty());
}

TEST_CASE("version 1 has the same names unless it has its own", "[base][registry]") {
  const Names same{{"a.b", "b"}, {}, {}}, absent{{"a.b"}, Names::List{}, {}};
  const Names only_old{{}, Names::List{"a"}, {}};
  CHECK(same.in_version(1) == same.in_version(2));
  CHECK(absent.in_version(1).empty());
  CHECK(absent.in_version(2).size() == 1);
  CHECK(only_old.canonical() == "a");
  CHECK(only_old.canonical(Names::Prefix::yes) == "compat.v1.a");
  CHECK(only_old.in_version(2).empty());
}

TEST_CASE("a thing is exported once, unless the later names are to win", "[base][registry]") {
  using R = Registry<Make>;
  R models("model", {{{"a.one"}, "", one}, {{"a.two"}, "", two}});
  CHECK_THROWS_WITH(models.add({{"a.uno"}, "", one}),
                    "model 'a.uno' is exported already, as 'a.one'");
  models.add({{"a.uno"}, "", one}, R::Again::yes);
  CHECK(models.look("a.one") == nullptr);
  CHECK(models.find("a.uno").make == one);
  models.add({{"a.two"}, "", three}, R::Again::no, {two});
  CHECK(models.find("a.two").make == three);
  CHECK(models.of(two) == nullptr);
}

TEST_CASE("what wraps an exported thing has no name by that", "[base][registry]") {
  const Registry<Make> models("model", {{{"a.one"}, "", one}});
  CHECK(models.of(one)->canonical() == "a.one");
  CHECK(models.of(one_again) == nullptr);
}

TEST_CASE("deprecated names work and say so, and are named once", "[base][registry]") {
  const auto make = [](Names names) {
    return Registry<Make>("model", {{std::move(names), "", one}});
  };
  const auto models = make({{"a.new", "old"}, {}, {"old"}});
  CHECK(models.find("old").canonical() == "a.new");
  CHECK(models.advice("old") == "model 'old' is an old name: write 'a.new'");
  CHECK(models.advice("a.new").empty());
  CHECK(models.look("old")->deprecated == Names::List{"old"});
  const auto two_old = make({{"a.new", "foo1", "foo2"}, {}, {"foo1", "foo2"}});
  CHECK(two_old.look("a.new")->deprecated == Names::List{"foo1", "foo2"});
  CHECK_THROWS_WITH(make({{"a.new", "old"}, {}, {"old", "old"}}),
                    "model 'old' is deprecated twice");
  CHECK_THROWS_WITH(make({{"a.new"}, {}, {"gone"}}),
                    "deprecated model name 'gone' is no name of 'a.new'");
}

TEST_CASE("names keep to the areas of their registry", "[base][registry]") {
  const auto make = [](std::string_view name) {
    return Registry<Make>("operator", {{Names::List{name}, "", one}}, {"nn", "math"});
  };
  CHECK(make("nn.conv").find("nn.conv").make == one);
  CHECK_THROWS_WITH(make("layers.conv"), "operator name 'layers.conv' is outside of nn, math");
  CHECK_THROWS_WITH(make("compat.v1.conv"),
                    "operator name 'compat.v1.conv' is outside of nn, math");
}
