#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "base/rng.h"
#include "embed/analogy.h"
#include "embed/classes.h"
#include "embed/golden.h"
#include "embed/neighbours.h"
#include "embed/similarity.h"
#include "embed/vector_file.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::embed {
namespace {

using nlohmann::json;
using test::failure;
using test::Folder;

json expected() { return json::parse(golden_text("expected.json")); }

Vectors with_words(std::vector<std::string> words, std::vector<real> values) {
  Vectors v;
  const auto count = std::ssize(words);
  v.words = std::move(words);
  v.rows = Tensor::from({count, std::ssize(values) / count}, values);
  return v;
}

void check_neighbours(const Vectors& v, const std::vector<Neighbour>& found, const json& gensim) {
  REQUIRE(found.size() == gensim.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(v.words[static_cast<std::size_t>(found[i].row)] == gensim[i][0].get<std::string>());
    CHECK(found[i].cosine == Approx(gensim[i][1].get<double>()).epsilon(1e-5));
  }
}

std::vector<Neighbour> near(const Vectors& v, const std::string& text, std::int64_t top) {
  const WordIndex index(v);
  std::vector<std::int64_t> rows;
  std::vector<real> signs;
  for (const auto& term : parse_word_sum(text).terms) {
    rows.push_back(index.find(term.word));
    signs.push_back(term.sign);
  }
  const Neighbours neighbours(v);
  const Neighbours::Query query = neighbours.query(rows, signs);
  return neighbours.nearest({&query, 1}, top).front();
}

}  // namespace

TEST_CASE("A word is found at the row where it first stands", "[embed][use]") {
  const Vectors v = with_words({"a", "b", "c", "b"}, {1, 2, 3, 4});
  const WordIndex index(v);
  CHECK(index.find("a") == 0);
  CHECK(index.find("b") == 1);
  CHECK(index.find("d") == -1);
  CHECK(index.find("") == -1);
  CHECK(index.repeated() == 3);
  CHECK(WordIndex(first_words(v, 3)).repeated() == -1);
}

TEST_CASE("Neighbours are gensim's", "[embed][use]") {
  const Vectors v = read_vectors(golden("vectors.txt"));
  const json all = expected();
  for (const auto& [word, list] : all["nearest"].items()) {
    check_neighbours(v, near(v, word, 5), list);
  }
  check_neighbours(v, near(v, "king + woman - man", 5), all["sum"]);
}

TEST_CASE("Neighbours are what a plain loop finds, for any number of queries and threads",
          "[embed][use]") {
  const std::int64_t count = 70'000, dim = 5, top = 7;
  Vectors v;
  v.rows = Tensor::uninitialized({count, dim});
  for (std::int64_t i = 0; i < count; ++i) {
    v.words.push_back(std::to_string(i));
    for (std::int64_t j = 0; j < dim; ++j) {  // a coarse grid: many equal cosines
      v.rows.mutable_data()[i * dim + j] = static_cast<real>((i * 31 + j * j * 17 + i / 7) % 5 - 2);
    }
  }
  const Neighbours neighbours(v);
  std::vector<Neighbours::Query> queries;
  for (std::int64_t q = 0; q < 11; ++q) {
    const std::int64_t row = q * 631 + 1;
    const real sign = 1;
    queries.push_back(neighbours.query({&row, 1}, {&sign, 1}));
  }
  const auto found = neighbours.nearest(queries, top);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::vector<std::pair<double, std::int64_t>> plain;
    for (std::int64_t i = 0; i < count; ++i) {
      if (i == queries[q].left_out[0]) continue;
      double dot = 0, length = 0;
      for (std::int64_t j = 0; j < dim; ++j) {
        const double x = v.rows.data()[i * dim + j];
        dot += x * queries[q].direction[static_cast<std::size_t>(j)];
        length += x * x;
      }
      plain.emplace_back(length > 0 ? -dot / std::sqrt(length) : 0.0, i);
    }
    std::ranges::partial_sort(plain, plain.begin() + top);
    REQUIRE(std::ssize(found[q]) == top);
    for (std::size_t k = 0; k < found[q].size(); ++k) {
      CHECK(found[q][k].cosine == Approx(-plain[k].first).margin(1e-6));
      if (k > 0 && found[q][k].cosine == found[q][k - 1].cosine) {
        CHECK(found[q][k].row > found[q][k - 1].row);
      }
    }
  }
  set_threads(3);
  const auto again = neighbours.nearest(queries, top);
  set_threads(1);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (std::size_t k = 0; k < found[q].size(); ++k) {
      CHECK(again[q][k].row == found[q][k].row);
      CHECK(again[q][k].cosine == found[q][k].cosine);
    }
  }
}

TEST_CASE("Fewer words than were asked for are all given; a row of zeros is near nothing",
          "[embed][use]") {
  const Vectors v = with_words({"a", "b", "zero"}, {1, 0, 3, 3, 0, 0});
  const auto found = near(v, "a", 10);
  REQUIRE(found.size() == 2);
  CHECK(found[0].row == 1);
  CHECK(found[0].cosine == Approx(std::sqrt(0.5)));
  CHECK(found[1].cosine == 0);
}

TEST_CASE("Sums of words are read as they are written", "[embed][use]") {
  const auto shown = [](std::string_view text) {
    std::string all;
    for (const auto& term : parse_word_sum(text).terms) {
      all += (term.sign > 0 ? "+" : "-") + term.word;
    }
    return all;
  };
  CHECK(shown("king - man + woman") == "+king-man+woman");
  CHECK(shown(" - man king\t") == "-man+king");
  CHECK(shown("new york") == "+new+york");
  CHECK(shown("-") == "+-");
  CHECK(shown("well-known") == "+well-known");
  CHECK(shown(" ").empty());
  CHECK(failure([] { parse_word_sum("king -"); }, Exit::usage) ==
        "'king -': a word is missing at the end");
  CHECK(failure([] { parse_word_sum("king - + man"); }, Exit::usage) ==
        "'king - + man': a word is missing before '+'");
}

TEST_CASE("Words of tests are looked up in lower case, the most frequent first", "[embed][use]") {
  Vectors v = with_words({"KING", "\xC3\x89t\xC3\xA9", "king", "x"}, {1, 2, 3, 4});
  const TestWords lower(v, 0, Match::lower_case), exact(v, 0, Match::exact);
  CHECK(lower.find("King") == 0);
  CHECK(lower.find("\xC3\xA9t\xC3\x89") == 1);
  CHECK(lower.same() == std::vector<std::int64_t>{0, 1, 0, 3});
  CHECK(exact.find("king") == 2);
  CHECK(exact.find("King") == -1);
  CHECK(TestWords(v, 2, Match::lower_case).find("x") == -1);
  v.counts = {1, 2, 9, 4};
  const TestWords counted(v, 2, Match::exact);
  CHECK(counted.rows() == std::vector<std::int64_t>{2, 3});
  CHECK(counted.find("king") == 0);
}

TEST_CASE("Analogies are counted as gensim counts them", "[embed][use]") {
  const Vectors v = read_vectors(golden("vectors.txt"));
  const json all = expected()["analogy"];
  const auto found =
      measure_analogies(v, TestWords(v, 30'000, Match::lower_case), golden("questions.txt"));
  REQUIRE(found.sections.size() == 2);
  for (const AnalogySection& s : found.sections) {
    CHECK(s.add == all[s.name][0]);
    CHECK(s.seen == all[s.name][1]);
    CHECK(s.total == s.seen + 1);
  }
  CHECK(found.sum(0, 2).add == all["Total accuracy"][0]);
  const auto exact = measure_analogies(v, TestWords(v, 0, Match::exact), golden("questions.txt"));
  CHECK(exact.sum(0, 2).seen == 4);  // King is there, the other capitals are not
}

TEST_CASE("3CosAdd and 3CosMul are the formulas", "[embed][use]") {
  Rng rng(3);
  const std::int64_t count = 1500, dim = 4;
  std::vector<real> values;
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < count; ++i) words.push_back("w" + std::to_string(i));
  for (std::int64_t i = 0; i < count * dim; ++i) values.push_back(static_cast<real>(rng.normal()));
  const Vectors v = with_words(words, values);
  const Tensor unit = unit_rows(v.rows);
  const auto cos = [&](std::int64_t a, std::int64_t b) {
    double dot = 0;
    for (std::int64_t j = 0; j < dim; ++j) {
      dot += static_cast<double>(unit.data()[a * dim + j]) * unit.data()[b * dim + j];
    }
    return dot;
  };
  std::string asked = ": made up\n";
  std::int64_t right_add = 0, right_multiply = 0;
  for (std::int64_t q = 0; q < 20; ++q) {  // right by construction in turns
    const std::int64_t a = q * 3, b = q * 5 + 700, c = q * 7 + 1300;
    std::int64_t add = -1, multiply = -1;
    double best_add = -9, best_multiply = -9;
    for (std::int64_t x = 0; x < count; ++x) {
      if (x == a || x == b || x == c) continue;
      const double sum = cos(x, b) - cos(x, a) + cos(x, c);
      const double ratio =
          (cos(x, b) + 1) / 2 * (cos(x, c) + 1) / 2 / ((cos(x, a) + 1) / 2 + 0.001);
      if (sum > best_add) best_add = sum, add = x;
      if (ratio > best_multiply) best_multiply = ratio, multiply = x;
    }
    const std::int64_t answer = q % 2 == 0 ? add : multiply;
    asked += fmt::format("w{} w{} w{} w{}\n", a, b, c, answer);
    right_add += answer == add ? 1 : 0;
    right_multiply += answer == multiply ? 1 : 0;
  }
  const Folder folder;
  write_file(folder / "q", asked);
  const auto found = measure_analogies(v, TestWords(v, 0, Match::exact), folder / "q").sum(0, 1);
  CHECK(found.seen == 20);
  CHECK(found.add == right_add);
  CHECK(found.multiply == right_multiply);
}

TEST_CASE("A file of questions that is none is refused with its line", "[embed][use]") {
  const Vectors v = with_words({"a", "b"}, {1, 2});
  const Folder folder;
  const std::string path = folder / "q";
  const auto refusal = [&](const std::string& text) {
    write_file(path, text);
    return failure([&] { measure_analogies(v, TestWords(v, 0, Match::exact), path); }, Exit::data);
  };
  CHECK(refusal(": s\na b c\n") == path + ":2: a question has four words, this line 3: 'a b c'");
  CHECK(refusal("a b a b\n:\n") == path + ":2: the section has no name");
  CHECK(refusal("\n") == path + ": there are no questions");
}

TEST_CASE("Similarity is gensim's and scipy's", "[embed][use]") {
  const Vectors v = read_vectors(golden("vectors.txt"));
  const TestWords words(v, 0, Match::lower_case);
  const json all = expected();
  const Similarity s = measure_similarity(v, words, golden("pairs.tsv"), Unknown::left_out);
  CHECK(s.pairs == 40);
  CHECK(s.used == 39);
  CHECK(s.unknown == 1);
  CHECK(s.spearman.value() == Approx(all["spearman"].get<double>()).epsilon(1e-5));
  CHECK(s.pearson.value() == Approx(all["pearson"].get<double>()).epsilon(1e-5));
  const Similarity zero = measure_similarity(v, words, golden("pairs.tsv"), Unknown::zero);
  CHECK(zero.used == 40);
  CHECK(zero.spearman.value() == Approx(all["spearman_zero"].get<double>()).epsilon(1e-5));
  CHECK(zero.pearson.value() == Approx(all["pearson_zero"].get<double>()).epsilon(1e-5));
}

TEST_CASE("A file of pairs that is none is refused with its line", "[embed][use]") {
  const Vectors v = with_words({"a", "b"}, {1, 2});
  const Folder folder;
  const std::string path = folder / "p";
  const auto refusal = [&](const std::string& text) {
    write_file(path, text);
    return failure(
        [&] { measure_similarity(v, TestWords(v, 0, Match::exact), path, Unknown::zero); },
        Exit::data);
  };
  CHECK(refusal("a\tb\t1\r\na b 1\n") ==
        path + ":2: 'a b 1' is not two words and a score with tabs between them");
  CHECK(refusal("Word 1\tWord 2\tHuman\n") ==
        path + ":1: the score 'Human' is not a number (a heading begins with #)");
  CHECK(refusal("# nothing\n") == path + ": there are no pairs of words");
}

TEST_CASE("Classes gather directions, the same for any number of threads", "[embed][use]") {
  Rng rng(4);
  const std::int64_t count = 600;
  std::vector<real> values;
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < count; ++i) {  // three directions in runs of unequal length
    const std::int64_t kind = i < 100 ? 0 : i < 350 ? 1 : 2;
    for (std::int64_t j = 0; j < 3; ++j) {
      values.push_back(static_cast<real>((j == kind ? 5 : 0) + 0.4 * rng.normal()));
    }
    words.push_back(std::to_string(i));
  }
  const Vectors v = with_words(words, values);
  const WordClasses found = find_classes(v, 3, 50);
  CHECK(found.rounds < 50);
  for (std::size_t i = 1; i < 600; ++i) {
    const bool border = i == 100 || i == 350;
    CHECK((found.of[i] == found.of[i - 1]) == !border);
  }
  set_threads(3);
  CHECK(find_classes(v, 3, 50).of == found.of);
  CHECK(find_classes(v, 600, 3).of.size() == 600);
  set_threads(1);
  CHECK(failure([&] { find_classes(v, 601, 1); }, Exit::usage) ==
        "601 classes of 600 words: between 1 and the number of words are possible");
}

TEST_CASE("The first round of classes is the one worked out by hand", "[embed][use]") {
  // Classes 0, 1, 0, 1; centres (1, 1)/sqrt 2 and (1, -1)/sqrt 2; then x and y stay, z is nearer
  // to the first, w to the second.
  const Vectors v = with_words({"x", "y", "z", "w"}, {3, 0, 1, 0, 0, 2, 0, -1});
  CHECK(find_classes(v, 2, 1).of == std::vector<std::int32_t>{0, 0, 0, 1});
}

}  // namespace dlt::embed
