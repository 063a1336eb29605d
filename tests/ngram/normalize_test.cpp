#include "ngram/reshape.h"
#include "support/tiny_models.h"

namespace dlt::test {
namespace {

using namespace ngram;

double bow(const Tables& tables, const std::string& words) {
  for (const Gram& gram : grams_of(tables)) {
    if (gram.words == words) return gram.bow;
  }
  return -1;
}
double probability(const Tables& tables, const std::string& words) {
  for (const Gram& gram : grams_of(tables)) {
    if (gram.words == words) return gram.p;
  }
  return -1;
}

}  // namespace

TEST_CASE("back-off weights are what is left over what is left of the shorter context",
          "[ngram][normalize]") {
  Tables tables = tiny_tables({{"a", 0.5},
                               {"b", 0.3},
                               {"</s>", 0.2},
                               {"<s> a", 0.75},
                               {"a b", 0.6},
                               {"a </s>", 0.3},
                               {"<s> a b", 0.5}});
  normalize(tables);
  CHECK(bow(tables, "<s>") == Approx(0.25 / 0.5));
  CHECK(bow(tables, "a") == Approx((1 - 0.9) / (1 - 0.5)));
  CHECK(bow(tables, "<s> a") == Approx((1 - 0.5) / (1 - 0.6)));
  CHECK(bow(tables, "b") == 1);
  CHECK(bow(tables, "a b") == 1);
  CHECK(probability(tables, "a b") == Approx(0.6));
}

TEST_CASE("where there is nothing to back off to, the stored words are scaled",
          "[ngram][normalize]") {
  Tables tables = tiny_tables({{"a", 0.8},
                               {"b", 0.8},
                               {"c", 0},
                               {"a a", 0.2},
                               {"a b", 0.6},
                               {"b a", 0.9},
                               {"b b", 0.9},
                               {"c a", 1}});
  normalize(tables);
  CHECK(probability(tables, "a") == Approx(0.5));
  CHECK(probability(tables, "a a") == Approx(0.25));
  CHECK(probability(tables, "a b") == Approx(0.75));
  CHECK(probability(tables, "b a") == Approx(0.5));
  CHECK(probability(tables, "c a") == Approx(1));
  CHECK(bow(tables, "c") == Approx(0).margin(1e-90));
}

TEST_CASE("a context whose words take all, as in a maximum-likelihood model, backs off to nothing",
          "[ngram][normalize]") {
  Tables tables = tiny_tables({{"a", 0.5}, {"b", 0.5}, {"a b", 1}, {"b a", 0.5}, {"b b", 0.5}});
  normalize(tables);
  CHECK(bow(tables, "a") == Approx(0).margin(1e-90));
  CHECK(bow(tables, "b") == 1);  // every word is stored
  CHECK(probability(tables, "a b") == Approx(1));
}

}  // namespace dlt::test
