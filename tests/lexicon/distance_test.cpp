#include "lexicon/distance.h"

#include <catch2/catch.hpp>

namespace dlt::lexicon {

TEST_CASE("the n-gram distances of the literature", "[lexicon]") {
  struct Fact {
    std::string_view a, b;
    std::size_t two, three;
  };
  for (const Fact& f : {Fact{"Gorbachev", "Gorbechyov", 9, 11}, Fact{"girl", "girlfriend", 6, 6},
                        Fact{"girl", "girl", 0, 0}, Fact{"information", "informtaion", 6, 8}}) {
    CAPTURE(f.a, f.b);
    CHECK(gram_distance(f.a, f.b, 2).distance() == f.two);
    CHECK(gram_distance(f.b, f.a, 2).distance() == f.two);
    CHECK(gram_distance(f.a, f.b, 3).distance() == f.three);
  }
  const GramDistance d = gram_distance("Gorbachev", "Gorbechyov", 2);
  CHECK(d.a == 8);
  CHECK(d.b == 9);
  CHECK(d.shared == 4);
  CHECK(d.similarity() == Approx(8.0 / 17));
}

TEST_CASE("n-grams are of characters and count once", "[lexicon]") {
  CHECK(GramSet("晚饭后", 2).size() == 2);
  CHECK(GramSet("nanana", 2).size() == 2);
  CHECK(GramSet("na", 3).size() == 0);
  CHECK(GramSet("", 1).size() == 0);
  CHECK(gram_distance("日本語", "日本人", 1).distance() == 2);
  CHECK(gram_distance("a", "b", 2).distance() == 0);
  CHECK(gram_distance("a", "b", 2).similarity() == 1);
}

TEST_CASE("the nearest words of a list by their n-grams", "[lexicon]") {
  const std::vector<std::string> words = {"Brezhnev", "Gorbachev", "Gorbunov", "Gorbachev"};
  const auto near = nearest_by_grams("Gorbechyov", words, 2, 3);
  REQUIRE(near.size() == 3);
  CHECK(near[0].index == 2);  // Go or rb ov of 7 and 9
  CHECK(near[0].grams.distance() == 8);
  CHECK(near[1].index == 1);
  CHECK(near[2].index == 3);
  CHECK(nearest_by_grams("x", words, 2, 9).size() == 4);
}

}  // namespace dlt::lexicon
