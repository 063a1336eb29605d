#include "ngram/log10.h"
#include "ngram/reshape.h"
#include "support/failure.h"
#include "support/tiny_models.h"

namespace dlt::test {

using namespace ngram;

TEST_CASE("the contexts of a normalized model sum to 1", "[ngram][audit]") {
  const int order = GENERATE(1, 2, 5);
  const Tables tables = random_tables(order, 25, 100, 3);
  const Audit all = audit(Model::of(tables), 1'000'000);
  CHECK(all.worst < 1e-6);
  CHECK(all.orphans == 0);
  CHECK(all.contexts > (order == 1 ? 0 : 20));
  const Audit some = audit(Model::of(tables), 5);
  CHECK(some.contexts == 1 + 5 * static_cast<unsigned>(order - 1));
}

TEST_CASE("an audit names the context that is worst", "[ngram][audit]") {
  const std::vector<Gram> grams = {{"a", 0.5, 1.5},   {"b", 0.3},     {"</s>", 0.2},
                                   {"a b", 0.6, 0.9}, {"a a", 0.1},   {"b a", 0.5},
                                   {"b b", 0.3},      {"a b a", 0.7}, {"a b b", 0.1}};
  const Audit found = audit(Model::of(tiny_tables(grams)), 100);
  CHECK(found.contexts == 4);  // "", a, b, a b
  CHECK(found.worst_context == "a b");
  // p(</s>|b) = 0.2, so the sum is 0.7 + 0.1 + 0.9 * 0.2.
  CHECK(found.worst == Approx(0.02));
}

TEST_CASE("an audit counts n-grams without their context", "[ngram][audit]") {
  const Tables tables = tiny_tables({{"a", 0.5}, {"b", 0.5}, {"a b", 0.5}, {"b a b", 0.5}});
  CHECK(audit(Model::of(tables), 100).orphans == 1);
}

TEST_CASE("stupid back-off is no distribution", "[ngram][audit]") {
  Tables tables = random_tables(2, 5, 5, 1);
  require_distribution(Model::of(tables), "m");
  tables.about.absent_bow = to_log10(0.4);
  CHECK(failure([&] { require_distribution(Model::of(tables), "m"); }, Exit::usage) ==
        "'m' is a stupid back-off model: its scores are no probabilities and do not sum to 1; "
        "train it with another --smoothing");
}

}  // namespace dlt::test
