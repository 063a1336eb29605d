#include <cmath>
#include <sstream>

#include "ngram/corpus.h"
#include "ngram/estimate.h"
#include "support/naive_ngrams.h"
#include "support/paths.h"

// Models that KenLM's lmplz (4cb443e) made: golden/ngram.
namespace dlt::ngram {
namespace {

const std::string folder = test::in_source("tests/golden/ngram/");

std::vector<std::string> lines_of(const std::string& name) {
  TextReader reader(folder + name);
  std::vector<std::string> lines;
  for (Block block; reader.next(block);) {
    each_line(block, [&](std::string_view line, std::int64_t) { lines.emplace_back(line); });
  }
  return lines;
}

struct Differences {
  std::size_t ngrams = 0, missing = 0;
  double p = 0, bow = 0;
};

// Each line "log10 p <tab> words [<tab> back-off weight]" against the tables.
Differences compare(const Tables& tables, const std::string& arpa) {
  Differences found;
  for (const std::string& line : lines_of(arpa)) {
    std::istringstream fields(line);
    std::string p, words, bow;
    std::getline(fields, p, '\t');
    if (!std::getline(fields, words, '\t')) continue;
    const test::Gram gram = test::ids_of(tables.vocabulary, words);
    const Node node = test::node_of(tables.levels, gram);
    ++found.ngrams;
    if (node == nowhere) {
      ++found.missing;
      continue;
    }
    const Level& level = tables.levels[gram.size() - 1];
    if (words != "<s>") {
      found.p = std::max(found.p, std::abs(std::stod(p) - level.log10_p[node]));
    }
    if (std::getline(fields, bow, '\t')) {
      found.bow = std::max(found.bow, std::abs(std::stod(bow) - level.log10_bow[node]));
    }
  }
  return found;
}

void check_model(int order, std::vector<std::int64_t> prune, const std::string& arpa) {
  EstimateSettings settings;
  settings.prune = std::move(prune);
  const Report silent = [](const std::string&, double) {};
  CountSettings counting;
  counting.order = order;
  need(settings, counting);
  const Estimated made =
      estimate(count({folder + "train.txt"}, counting, silent), settings, {}, silent);
  std::size_t kept = 0;
  for (const OrderReport& o : made.orders) {
    kept += o.kept;
    INFO(o.fallback << " " << o.discounts[0] << " " << o.discounts[1] << " " << o.discounts[2]);
    CHECK(o.fallback.empty());
  }
  const Differences found = compare(made.tables, arpa);
  CHECK(found.ngrams == kept);
  CHECK(found.missing == 0);
  CHECK(found.p < 1e-5);
  CHECK(found.bow < 1e-5);
}

}  // namespace

TEST_CASE("modified Kneser-Ney of order 3 is KenLM's", "[ngram][estimate]") {
  check_model(3, {}, "o3.arpa.gz");
}

TEST_CASE("pruned modified Kneser-Ney of order 5 is KenLM's", "[ngram][estimate]") {
  check_model(5, {0, 0, 1, 1, 1}, "o5_prune00111.arpa.gz");
}

}  // namespace dlt::ngram
