#include "embed/glove.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/glove.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using namespace embed;

// A corpus of `words` words, w0 the most frequent, as ids; line_end ends a line.
Corpus corpus_of(const std::vector<std::uint32_t>& tokens, std::size_t words) {
  Corpus corpus;
  corpus.counts.resize(words);
  corpus.tokens = ngram::Array<std::uint32_t>(tokens.size(), {});
  for (std::size_t w = 0; w < words; ++w) corpus.words.push_back("w" + std::to_string(w));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    corpus.tokens[i] = tokens[i];
    if (tokens[i] != line_end) ++corpus.counts[tokens[i]];
  }
  for (const auto count : corpus.counts) corpus.total += count;
  corpus.read = corpus.total;
  return corpus;
}

Corpus random_corpus(std::size_t size, std::uint32_t words) {
  Rng rng(7);
  std::vector<std::uint32_t> tokens;
  for (std::size_t i = 0; i < size; ++i) {
    const bool end = rng.below(12) == 0;
    tokens.push_back(end ? line_end : static_cast<std::uint32_t>(rng.below(rng.below(words) + 1)));
  }
  tokens.push_back(line_end);
  return corpus_of(tokens, words);
}

Settings small() {
  Settings s;
  s.method = Method::glove;
  s.dim = 18;
  s.window = 4;
  s.epochs = 6;
  s.x_max = 10;
  return s;
}

std::map<std::pair<std::uint32_t, std::uint32_t>, double> naive_pairs(const Corpus& corpus,
                                                                      std::size_t window) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> all;
  for (std::size_t i = 0; i < corpus.tokens.size(); ++i) {
    for (std::size_t j = i; j-- > 0 && i - j <= window;) {
      if (corpus.tokens[i] == line_end || corpus.tokens[j] == line_end) break;
      all[std::minmax(corpus.tokens[i], corpus.tokens[j])] += 1.0 / static_cast<double>(i - j);
    }
  }
  return all;
}

void same_state(const Trainer& a, const Trainer& b) {
  const auto x = a.state(), y = b.state();
  REQUIRE(x.size() == y.size());
  for (const auto& [name, tensor] : x) {
    CAPTURE(name);
    const auto p = tensor.values(), q = y.at(name).values();
    CHECK(std::equal(p.begin(), p.end(), q.begin(), q.end()));
  }
}

std::unique_ptr<Trainer> glove(const Settings& s, const Corpus& corpus) {
  return make_glove(s, corpus, {}, nullptr);
}

}  // namespace

TEST_CASE("co-occurrences are those of a naive count", "[embed][glove]") {
  const Corpus corpus = random_corpus(30'000, 40);
  for (const std::int64_t window : {1, 3, 15}) {
    const auto expected = naive_pairs(corpus, static_cast<std::size_t>(window));
    for (const std::int64_t memory : {std::int64_t{1} << 30, std::int64_t{1}}) {
      for (const int count : {1, 3}) {
        CAPTURE(window, memory, count);
        set_threads(count);
        const auto pairs = cooccurrences(corpus, window, {memory, ""}, nullptr);
        set_threads(1);
        REQUIRE(pairs.size() == expected.size());
        std::size_t i = 0;
        for (const auto& [words, sum] : expected) {
          CHECK(std::pair(pairs[i].a, pairs[i].b) == words);
          CHECK(static_cast<double>(pairs[i].count) == Approx(sum).epsilon(1e-6));
          ++i;
        }
      }
    }
  }
}

TEST_CASE("lines without two words are nothing to learn from", "[embed][glove]") {
  const Corpus corpus = corpus_of({0, line_end, 1, line_end, 0, line_end}, 2);
  CHECK(failure([&] { cooccurrences(corpus, 5, {}, nullptr); }, Exit::data) ==
        "no line of the text has two words of the vocabulary: there is nothing to learn from");
  const Corpus large = [] {
    Corpus c;
    c.words.resize(std::size_t{1} << 28);
    return c;
  }();
  CHECK(failure([&] { cooccurrences(large, 1000, {}, nullptr); }, Exit::usage) ==
        "a window of 1000 and 268435456 words are too many for co-occurrences: make the window "
        "smaller or min_count larger");
}

TEST_CASE("steps of GloVe go down the gradient of its loss", "[embed][glove]") {
  constexpr std::int64_t dim = 19, width = kernels::glove_width(dim);
  const kernels::GlovePair pair{0, 0, 1.7f, 0.6f};
  Rng rng(3);
  const auto random_row = [&] {
    Tensor row = Tensor::zeros({width});
    for (std::int64_t j = 0; j < dim; ++j) {
      row.mutable_data()[j] = static_cast<real>(rng.uniform(-1, 1));
    }
    return row;
  };
  Tensor w = random_row(), c = random_row(), b = Tensor::filled({1}, real(0.3)),
         d = Tensor::filled({1}, real(-0.2));
  const auto loss = [&](const std::vector<double>& x, const std::vector<double>& y, double p,
                        double q) {
    double e = p + q - static_cast<double>(pair.log_count);
    for (std::size_t j = 0; j < x.size(); ++j) e += x[j] * y[j];
    return static_cast<double>(pair.weight) * e * e / 2;
  };
  std::vector<double> x(w.values().begin(), w.values().end()),
      y(c.values().begin(), c.values().end());
  double p = b.item(), q = d.item();
  const auto slope = [&](double& at) {
    constexpr double h = 1e-4;
    const double middle = at;
    at = middle + h;
    const double above = loss(x, y, p, q);
    at = middle - h;
    const double below = loss(x, y, p, q);
    at = middle;
    return (above - below) / (2 * h);
  };
  Tensor w2 = Tensor::filled({width}, 1), c2 = w2.clone(), b2 = Tensor::filled({1}, 1),
         d2 = b2.clone();
  constexpr double lr = 0.5;
  const double found = kernels::glove_pairs(
      {w.mutable_data(), w2.mutable_data(), b.mutable_data(), b2.mutable_data()},
      {c.mutable_data(), c2.mutable_data(), d.mutable_data(), d2.mutable_data()}, width, &pair, 1,
      lr);
  const double exact = sizeof(real) == 8 ? 1e-8 : 3e-6;
  CHECK(found == Approx(loss(x, y, p, q)).epsilon(exact));
  const auto check = [&](const Tensor& value, const Tensor& squares, std::size_t j, double& at) {
    const double g = slope(at);
    CHECK(static_cast<double>(value.data()[j]) == Approx(at - lr * g).margin(exact));
    CHECK(static_cast<double>(squares.data()[j]) == Approx(1 + lr * g * lr * g).epsilon(exact));
  };
  for (std::size_t j = 0; j < width; ++j) {
    CAPTURE(j);
    check(w, w2, j, x[j]);
    check(c, c2, j, y[j]);
  }
  check(b, b2, 0, p);
  check(d, d2, 0, q);
}

TEST_CASE("GloVe fits logarithms of counts", "[embed][glove]") {
  const Corpus corpus = random_corpus(4'000, 12);
  Settings s = small();
  s.epochs = 200;
  const auto trainer = glove(s, corpus);
  trainer->advance(corpus.total);
  const double before = trainer->standing().loss;
  while (trainer->advance(corpus.total)) {
  }
  CHECK(trainer->standing().loss < 0.01 * before);
  CHECK(trainer->standing().words == trainer->standing().all);
}

TEST_CASE("GloVe finds words that are used alike", "[embed][glove]") {
  // Even words stand between 0 and 2, odd ones between 1 and 3.
  std::vector<std::uint32_t> tokens;
  Rng rng(5);
  for (int i = 0; i < 4000; ++i) {
    const auto kind = static_cast<std::uint32_t>(rng.below(2));
    const auto word = static_cast<std::uint32_t>(4 + kind + 2 * rng.below(4));
    for (const std::uint32_t t : {kind, word, kind + 2, line_end}) tokens.push_back(t);
  }
  const Corpus corpus = corpus_of(tokens, 12);
  Settings s = small();
  s.epochs = 100;
  const auto trainer = glove(s, corpus);
  while (trainer->advance(corpus.total)) {
  }
  const Vectors v = trainer->vectors();
  CHECK(v.words == corpus.words);
  CHECK(v.counts == corpus.counts);
  REQUIRE(v.rows.shape() == Shape{12, s.dim});
  const auto dot = [&](std::int64_t a, std::int64_t b) {
    double sum = 0;
    for (std::int64_t j = 0; j < s.dim; ++j) {
      sum += static_cast<double>(v.rows.data()[a * s.dim + j]) * v.rows.data()[b * s.dim + j];
    }
    return sum;
  };
  const auto cosine = [&](std::int64_t a, std::int64_t b) {
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
  };
  for (std::int64_t a = 4; a < 12; ++a) {
    for (std::int64_t b = a + 1; b < 12; ++b) {
      CAPTURE(a, b);
      CHECK((cosine(a, b) > 0.5) == (a % 2 == b % 2));
    }
  }
}

TEST_CASE("GloVe depends on neither threads nor slices nor memory", "[embed][glove]") {
  const Corpus corpus = random_corpus(20'000, 300);
  const auto whole = glove(small(), corpus);
  while (whole->advance(INT64_MAX / 2)) {
  }
  set_threads(3);
  const auto parts = make_glove(small(), corpus, {1, ""}, nullptr);
  while (parts->advance(777)) {
  }
  set_threads(1);
  same_state(*whole, *parts);
  Settings other = small();
  other.seed = 2;
  CHECK(glove(other, corpus)->vectors().rows.values()[0] !=
        glove(small(), corpus)->vectors().rows.values()[0]);
}

TEST_CASE("GloVe goes on exactly from its state", "[embed][glove]") {
  const Corpus corpus = random_corpus(5'000, 100);
  const auto whole = glove(small(), corpus);
  whole->advance(3 * corpus.total / 2);
  const auto other = glove(small(), corpus);
  other->load(whole->state());
  CHECK(other->standing().words == whole->standing().words);
  while (whole->advance(1000)) {
  }
  while (other->advance(3000)) {
  }
  same_state(*whole, *other);
}

TEST_CASE("states that do not fit GloVe are refused", "[embed][glove]") {
  const Corpus corpus = random_corpus(500, 10);
  const auto trainer = glove(small(), corpus);
  auto state = trainer->state();
  const auto with = [&](const std::string& name, const Tensor& value) {
    auto changed = state;
    changed[name] = value;
    return failure([&] { trainer->load(changed); }, Exit::damaged);
  };
  CHECK(with("words", Tensor::zeros({3, 32})) == "the state has no 'words' " +
                                                     Shape({10, kernels::glove_width(18)}).str() +
                                                     ": it is damaged or of another training");
  CHECK(with("step", Tensor::from({2}, {0, -1})) == "the state's 'step' is damaged");
  CHECK(with("step", Tensor::from({2}, {0, 193})) ==
        "the state is of step 193, the last one is 192");
  state.erase("contexts.bias");
  CHECK(failure([&] { trainer->load(state); }, Exit::damaged) ==
        "the state has no 'contexts.bias' [10]: it is damaged or of another training");
}

}  // namespace dlt::test
