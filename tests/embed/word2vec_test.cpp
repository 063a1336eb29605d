#include "embed/word2vec.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "embed/subwords.h"
#include "support/failure.h"

namespace dlt::embed {
namespace {

// Lines of words of one of two topics, t0 .. and u0 .., and a few of neither.
Corpus two_topics(std::int64_t words_of_topic, std::int64_t lines) {
  Corpus corpus;
  const std::int64_t size = 2 * words_of_topic + 2;
  corpus.counts.assign(static_cast<std::size_t>(size), 0);
  corpus.words = {"the", "of"};
  for (std::int64_t i = 0; i < words_of_topic; ++i) {
    corpus.words.push_back("t" + std::to_string(i));
    corpus.words.push_back("u" + std::to_string(i));
  }
  std::vector<std::uint32_t> tokens;
  Rng rng(11);
  for (std::int64_t line = 0; line < lines; ++line) {
    const std::uint64_t topic = rng.below(2);
    for (int i = 0; i < 12; ++i) {
      const std::uint64_t any = rng.below(static_cast<std::uint64_t>(words_of_topic));
      const std::uint64_t word = i % 4 == 3 ? rng.below(2) : 2 + 2 * any + topic;
      ++corpus.counts[word];
      ++corpus.total;
      tokens.push_back(static_cast<std::uint32_t>(word));
    }
    tokens.push_back(line_end);
  }
  corpus.read = corpus.total;
  corpus.tokens = ngram::Array<std::uint32_t>(tokens.size(), {});
  std::copy(tokens.begin(), tokens.end(), corpus.tokens.data());
  return corpus;
}

Settings small(Method method = Method::skipgram) {
  Settings s;
  s.method = method;
  s.dim = 16;
  s.window = 4;
  s.sample = 0.01;
  s.epochs = 2;
  s.lr = method == Method::cbow ? 0.2 : 0.05;
  return s;
}

std::vector<real> numbers(const nn::StateDict& state) {
  std::vector<real> all;
  for (const auto& [name, tensor] : state) {
    all.insert(all.end(), tensor.values().begin(), tensor.values().end());
  }
  return all;
}

std::vector<real> trained(const Settings& settings, const Corpus& corpus, std::int64_t step) {
  const auto trainer = make_trainer(settings, corpus);
  while (trainer->advance(step)) {
  }
  CHECK(trainer->standing().words == settings.epochs * corpus.total);
  return numbers(trainer->state());
}

double cosine(const Vectors& v, std::int64_t a, std::int64_t b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::int64_t k = 0; k < v.dim(); ++k) {
    const auto x = static_cast<double>(v.rows.data()[a * v.dim() + k]);
    const auto y = static_cast<double>(v.rows.data()[b * v.dim() + k]);
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / std::sqrt(aa * bb);
}

// How much nearer to each other words of the same topic are.
double contrast(const Settings& settings, const Corpus& corpus) {
  const auto trainer = make_trainer(settings, corpus);
  while (trainer->advance(100000)) {
  }
  const Vectors v = trainer->vectors();
  double same = 0, other = 0;
  std::int64_t sames = 0, others = 0;
  for (std::int64_t a = 2; a < v.size(); ++a) {
    for (std::int64_t b = 2; b < a; ++b) {
      const bool topic = a % 2 == b % 2;
      (topic ? same : other) += cosine(v, a, b);
      ++(topic ? sames : others);
    }
  }
  return same / static_cast<double>(sames) - other / static_cast<double>(others);
}

std::vector<Settings> all_kinds() {
  std::vector<Settings> kinds = {small(), small(), small(Method::cbow), small(Method::cbow)};
  kinds[1].min_chars = 2;
  kinds[1].max_chars = 3;
  kinds[3].loss = Loss::hierarchical_softmax;
  return kinds;
}

std::string name_of(const Settings& s) {
  return std::string(s.method == Method::cbow ? "cbow" : "skip-gram") +
         (s.loss == Loss::negative_sampling ? ", negative sampling" : ", hierarchical softmax") +
         (s.max_chars > 0 ? ", subwords" : "");
}

}  // namespace

TEST_CASE("the same vectors for any threads and steps", "[embed][word2vec]") {
  const Corpus corpus = two_topics(60, 1700);
  for (const Settings& s : all_kinds()) {
    INFO(name_of(s));
    const auto expected = trained(s, corpus, 1'000'000);
    for (const int count : {2, 3}) {
      set_threads(count);
      CHECK(trained(s, corpus, 1 + 20000 * (count - 2)) == expected);
    }
    set_threads(1);
  }
}

TEST_CASE("a checkpoint goes on exactly", "[embed][word2vec]") {
  const Corpus corpus = two_topics(60, 1700);
  for (const Settings& s : all_kinds()) {
    INFO(name_of(s));
    const auto whole = make_trainer(s, corpus), half = make_trainer(s, corpus);
    while (whole->advance(10000)) {
    }
    CHECK(half->advance(25000));
    const Standing at = half->standing();
    CHECK(at.words >= 25000);
    const auto rest = make_trainer(s, corpus);
    rest->load(half->state());
    CHECK(rest->standing().words == at.words);
    CHECK(rest->standing().lr == at.lr);
    while (rest->advance(7000)) {
    }
    CHECK(numbers(rest->state()) == numbers(whole->state()));
    CHECK(rest->standing().words == 2 * corpus.total);
    CHECK_FALSE(rest->advance(1));
  }
}

TEST_CASE("words of a topic come together, in both modes", "[embed][word2vec]") {
  const Corpus corpus = two_topics(20, 2000);
  for (Settings s : all_kinds()) {
    INFO(name_of(s));
    s.epochs = s.max_chars > 0 ? 6 : 4;
    const double in_step = contrast(s, corpus);
    CHECK(in_step > 0.5);
    s.deterministic = false;
    CHECK(contrast(s, corpus) == Approx(in_step).margin(0.1));
  }
}

TEST_CASE("threads that write into the same rows learn as well", "[embed][word2vec]") {
  const Corpus corpus = two_topics(10, 1500);
  Settings s = small();
  const double in_step = contrast(s, corpus);
  s.deterministic = false;
  set_threads(2);
  CHECK(contrast(s, corpus) == Approx(in_step).margin(0.1));
  set_threads(1);
}

TEST_CASE("the loss begins at ln 2 for each output and falls", "[embed][word2vec]") {
  const Corpus corpus = two_topics(60, 1700);
  Settings s = small();
  s.epochs = 6;
  const auto trainer = make_trainer(s, corpus);
  CHECK(trainer->standing().loss == 0);
  CHECK(trainer->standing().all == 6 * corpus.total);
  CHECK(trainer->standing().lr == 0.05);
  CHECK(trainer->advance(1));
  const double first = trainer->standing().loss;
  CHECK(first < 6 * std::log(2.0) + 0.01);
  while (trainer->advance(10000)) {
  }
  CHECK(trainer->standing().loss < first - 0.3);
}

TEST_CASE("initial vectors are small and even", "[embed][word2vec]") {
  const Corpus corpus = two_topics(60, 10);
  const Vectors v = make_trainer(small(), corpus)->vectors();
  double sum = 0, most = 0;
  for (const real x : v.rows.values()) {
    sum += static_cast<double>(x);
    most = std::max(most, std::abs(static_cast<double>(x)));
  }
  const auto n = static_cast<double>(v.rows.size());
  CHECK(most <= 1.0 / 16);
  CHECK(most > 0.98 / 16);
  CHECK(std::abs(sum / n) < 4 * 1.0 / 16 / std::sqrt(3 * n));
  CHECK(v.words == corpus.words);
}

TEST_CASE("a vector is the mean of the word's rows", "[embed][word2vec]") {
  const Corpus corpus = two_topics(5, 10);
  Settings s = small();
  s.min_chars = s.max_chars = 2;
  const auto trainer = make_trainer(s, corpus);
  const auto state = trainer->state();
  const Tensor input = state.at("input");
  const Vectors v = trainer->vectors();
  const SubwordRows rows(corpus.words, {2, 2, s.buckets});
  CHECK(input.shape() == Shape{rows.rows(), 16});
  for (std::int64_t k = 0; k < 16; ++k) {
    double sum = 0;
    for (const auto row : rows.of(3)) sum += static_cast<double>(input.data()[row * 16 + k]);
    const auto count = static_cast<double>(rows.of(3).size());
    CHECK(static_cast<double>(v.rows.data()[3 * 16 + k]) == Approx(sum / count).margin(1e-7));
  }
  REQUIRE(v.subwords);
  CHECK(v.subwords->used == rows.used());
  std::vector<real> row(16);
  v.subwords->read(0, row);
  CHECK(std::equal(row.begin(), row.end(), input.data() + corpus.size() * 16));
}

TEST_CASE("training that bursts names the word", "[embed][word2vec]") {
  const Corpus corpus = two_topics(5, 500);
  Settings s = small();
  s.lr = 1e30;
  const std::string message =
      test::failure([&] { make_trainer(s, corpus)->advance(1); }, Exit::diverged);
  CHECK(message.find("the input row of 'the' is not finite any more after 6000 of 12000 words; use "
                     "a learning rate below 1e+30") == 0);
}

TEST_CASE("settings and checkpoints that cannot be are refused", "[embed][word2vec]") {
  const Corpus corpus = two_topics(5, 10);
  const auto refused = [&](const auto& change) {
    Settings s = small();
    change(s);
    return test::failure([&] { make_trainer(s, corpus); }, Exit::usage);
  };
  CHECK(refused([](Settings& s) { s.dim = 0; }) == "dim is 0; vectors have at least 1 number");
  CHECK(refused([](Settings& s) { s.epochs = 0; }) == "epochs is 0; 1 is the least");
  CHECK(refused([](Settings& s) { s.window = 0; }) == "window is 0; 1 is the least");
  CHECK(refused([](Settings& s) { s.negative = 0; }) ==
        "negative is 0; 1 is the least without hierarchical softmax");
  CHECK(refused([](Settings& s) { s.max_chars = 3, s.buckets = 0; }) ==
        "buckets is 0; subwords need at least 1");

  Settings other = small();
  other.dim = 10;
  const auto trainer = make_trainer(small(), corpus);
  const auto state = make_trainer(other, corpus)->state();
  CHECK(test::failure([&] { trainer->load(state); }, Exit::damaged) ==
        "the checkpoint's 'input' is [12, 10], but the text and the settings want [12, 16]; both "
        "must be those it was made with");
  CHECK(test::failure([&] { trainer->load({}); }, Exit::damaged) ==
        "the checkpoint has no 'input'");
  auto beyond = trainer->state();
  beyond.at("place").mutable_data()[4] = 60000;
  CHECK(test::failure([&] { trainer->load(beyond); }, Exit::damaged) ==
        "the checkpoint stands at token 60000 of epoch 0, which the text does not have");
}

TEST_CASE("a text of a single word trains nothing and fails nowhere", "[embed][word2vec]") {
  Corpus corpus;
  corpus.words = {"a"};
  corpus.counts = {3};
  corpus.total = corpus.read = 3;
  corpus.tokens = ngram::Array<std::uint32_t>(4, {});
  corpus.tokens[3] = line_end;
  for (Settings s : all_kinds()) {
    s.sample = 0;
    const auto trainer = make_trainer(s, corpus);
    CHECK_FALSE(trainer->advance(100));
    CHECK(std::isfinite(static_cast<double>(trainer->vectors().rows.data()[0])));
  }
}

}  // namespace dlt::embed
