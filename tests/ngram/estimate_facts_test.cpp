#include <cmath>

#include "support/small_lm.h"

// Figures of textbooks, of NLTK's tests and of KenLM, on corpora of a few lines.
namespace dlt::ngram {
namespace {

using test::Lm;
using test::Marks;

EstimateSettings with(Smoothing smoothing) {
  EstimateSettings settings;
  settings.smoothing = smoothing;
  return settings;
}

// No <unk>, and unigrams are relative frequencies: how textbooks count.
EstimateSettings plain(Smoothing smoothing, std::vector<double> discounts = {}) {
  EstimateSettings settings = with(smoothing);
  settings.closed = true;
  settings.interpolate_unigrams = false;
  settings.discounts = std::move(discounts);
  return settings;
}

Approx near(double value) { return Approx(value).epsilon(1e-6); }

const std::vector<std::string> sam = {"I am Sam", "Sam I am", "I do not like green eggs and ham"};

// The corpus of NLTK's tests as it pads it: <s> and </s> are counted like words.
std::vector<std::string> nltk(int order) {
  std::string before, after;
  for (int n = 1; n < order; ++n) {
    before += "BOS ";
    after += " </s>";
  }
  return {before + "a b c d" + after, before + "<unk> <unk> a d b <unk>" + after};
}
const std::vector<std::string> nltk_vocabulary = {"a", "b", "c", "d", "z", "BOS"};

}  // namespace

TEST_CASE("maximum likelihood of trigrams: yes no no yes", "[ngram][estimate]") {
  const std::vector<std::string> lines = {"yes no no no no yes", "no no no yes yes yes no"};
  const Lm lm(lines, 3, plain(Smoothing::maximum_likelihood));
  CHECK(lm.p("no", "<s> yes") == near(1));
  CHECK(lm.p("yes", "no no") == near(0.4));
  CHECK(lm.sentence("yes no no yes") == near(0.05));
}

TEST_CASE("a sentence's probability is the product of its bigrams'", "[ngram][estimate]") {
  // Jurafsky & Martin, Berkeley Restaurant Project: counts that have the quoted probabilities
  test::NaiveCounts counts;
  counts.names = {"<unk>", "<s>", "</s>", "i", "want", "english", "chinese", "food", "other"};
  counts.raw.resize(2);
  const auto bigrams = [&](WordId first, std::map<WordId, std::uint32_t> seconds) {
    std::uint32_t rest = 10000;
    for (const auto& [second, count] : seconds) {
      counts.raw[1][{first, second}] = count;
      rest -= count;
    }
    counts.raw[1][{first, 8}] = rest;
  };
  bigrams(1, {{3, 2500}});
  bigrams(3, {{4, 3300}});
  bigrams(4, {{5, 11}, {6, 65}});
  bigrams(5, {{7, 5000}});
  bigrams(6, {{7, 5200}});
  bigrams(7, {{2, 6800}});
  for (const auto& [gram, count] : counts.raw[1]) counts.raw[0][{gram[1]}] += count;
  counts.adjusted = counts.raw;
  const Estimated made = estimate(test::to_counts(counts), plain(Smoothing::maximum_likelihood), {},
                                  [](const std::string&, double) {});
  const auto sentence = [&](const std::string& line) {
    return std::pow(10, test::naive_sentence(made.tables, line));
  };
  CHECK(sentence("i want english food") == near(3.0855e-5));
  CHECK(sentence("i want chinese food") == Approx(1.896e-4).epsilon(1e-3));
}

TEST_CASE("Sam: maximum likelihood", "[ngram][estimate]") {
  const Lm lm(sam, 2, plain(Smoothing::maximum_likelihood));
  CHECK(lm.p("I", "<s>") == near(2 / 3.0));
  CHECK(lm.p("Sam", "<s>") == near(1 / 3.0));
  CHECK(lm.p("am", "I") == near(2 / 3.0));
  CHECK(lm.p("</s>", "Sam") == near(0.5));
  CHECK(lm.p("Sam", "am") == near(0.5));
  CHECK(lm.p("do", "I") == near(1 / 3.0));
  CHECK(lm.p("Sam", "I") < 1e-90);
  CHECK(lm.sentence("I am Sam") == near(1 / 9.0));
  CHECK(std::pow(lm.sentence("I am Sam"), -0.25) == near(1.7320508));
}

TEST_CASE("Sam: add-one", "[ngram][estimate]") {
  EstimateSettings settings = with(Smoothing::add_k);
  settings.closed = true;  // V = 11
  const Lm lm(sam, 2, settings);
  CHECK(lm.p("am", "I") == near(3 / 14.0));
  CHECK(lm.p("Sam", "I") == near(1 / 14.0));
  CHECK(lm.sentence("I am Sam") == near(0.0010868253));
  CHECK(std::pow(lm.sentence("I am Sam"), -0.25) == near(5.5075705));
  CHECK(lm.row("I") == near(1));
}

TEST_CASE("Sam: interpolated Kneser-Ney", "[ngram][estimate]") {
  const Lm lm(sam, 2, plain(Smoothing::kneser_ney, {0, 0.75}));
  CHECK(lm.p("</s>") == near(3 / 15.0));
  CHECK(lm.p("I") == near(2 / 15.0));
  CHECK(lm.p("eggs") == near(1 / 15.0));
  CHECK(lm.p("am", "I") == near(0.45));
  CHECK(lm.p("Sam", "I") == near(0.0666666667));
  CHECK(lm.p("Sam", "am") == near(0.225));
  CHECK(lm.p("I", "<s>") == near(0.4833333333));
  CHECK(lm.p("ham", "green") == near(0.05));
  CHECK(lm.sentence("I am Sam") == near(0.0134578125));
  CHECK(std::pow(lm.sentence("I am Sam"), -0.25) == near(2.9360022));
  for (const std::string word : {"<s>", "I", "am", "Sam", "green", "ham"}) {
    CHECK(lm.row(word) == near(1));
  }
}

TEST_CASE("Sam: Witten-Bell, stupid back-off, absolute discounting", "[ngram][estimate]") {
  const Lm witten_bell(sam, 2, plain(Smoothing::witten_bell));
  CHECK(witten_bell.p("am", "I") == near(0.4470588235));
  CHECK(witten_bell.p("Sam", "I") == near(0.0470588235));
  const Lm stupid(sam, 2, with(Smoothing::stupid_backoff));
  CHECK(stupid.p("Sam", "I") == near(0.0470588235));
  CHECK(stupid.row("I") > 1.1);
  EstimateSettings settings = plain(Smoothing::absolute, {0, 0.5});
  settings.interpolate = false;
  const Lm absolute(sam, 2, settings);
  CHECK(absolute.p("am", "I") == near(0.5));
  CHECK(absolute.p("Sam", "I") == near(0.0476190476));
}

TEST_CASE("NLTK's test corpus: bigrams", "[ngram][estimate]") {
  const auto lm = [](const EstimateSettings& settings) {
    return Lm(nltk(2), 2, settings, Marks::no, nltk_vocabulary);
  };
  const Lm likelihood = lm(plain(Smoothing::maximum_likelihood));
  CHECK(likelihood.p("a") == near(2 / 14.0));
  CHECK(likelihood.p("<unk>") == near(3 / 14.0));
  const std::vector<std::string> seen = {"BOS a", "a b", "b <unk>", "<unk> a", "a d", "d </s>"};
  CHECK(likelihood.perplexity(seen) == Approx(2.1398).epsilon(1e-4));
  CHECK(std::log2(likelihood.perplexity(seen)) == Approx(1.0975).epsilon(1e-4));

  const std::vector<std::string> text = {"BOS a", "a c", "c <unk>", "<unk> d", "d c", "c </s>"};
  EstimateSettings settings = with(Smoothing::add_k);
  CHECK(lm(settings).p("d", "c") == near(2 / 9.0));
  CHECK(lm(settings).perplexity(text) == Approx(8.7393).epsilon(1e-4));
  settings.k = 0.1;
  CHECK(lm(settings).p("d", "c") == near(1.1 / 1.8));
  CHECK(lm(settings).perplexity(text) == Approx(17.0504).epsilon(1e-5));
}

TEST_CASE("NLTK's test corpus: trigrams", "[ngram][estimate]") {
  const auto lm = [](const EstimateSettings& settings) {
    return Lm(nltk(3), 3, settings, Marks::no, {"a", "b", "c", "d", "BOS"});
  };
  const Lm witten_bell = lm(plain(Smoothing::witten_bell));
  CHECK(witten_bell.p("c") == near(1 / 18.0));
  CHECK(witten_bell.p("c", "b") == near(0.2777778));
  CHECK(witten_bell.p("c", "a b") == near(0.6388889));
  const Lm kneser_ney = lm(plain(Smoothing::kneser_ney, {0, 0.75, 0.75}));
  CHECK(kneser_ney.p("c") == near(1 / 14.0));
  CHECK(kneser_ney.p("c", "b") == near(0.1785714));
  CHECK(kneser_ney.p("c", "a b") == near(0.3839286));
  const Lm absolute = lm(plain(Smoothing::absolute, {0, 0.75, 0.75}));
  CHECK(absolute.p("c", "b") == near(0.1666667));
  CHECK(absolute.p("c", "a b") == near(0.375));
  const Lm stupid = Lm(nltk(3), 3, with(Smoothing::stupid_backoff), Marks::no, nltk_vocabulary);
  CHECK(stupid.p("c", "z b") == near(0.2));
}

TEST_CASE("NLTK's introduction: two sentences", "[ngram][estimate]") {
  const Lm lm({"BOS a b c </s>", "BOS a c d c e f </s>"}, 2, plain(Smoothing::maximum_likelihood),
              Marks::no);
  CHECK(lm.p("a") == near(0.15384615));
  CHECK(std::log2(lm.p("a")) == near(-2.70043972));
  CHECK(lm.p("b", "a") == near(0.5));
  CHECK(lm.perplexity({"a b", "c d"}) == near(2.44948974));
}

TEST_CASE("Good-Turing: a day's fishing", "[ngram][estimate]") {
  std::string catches;
  const std::vector<std::pair<std::string, int>> fish = {{"carp", 10}, {"perch", 3},  {"pike", 2},
                                                         {"trout", 1}, {"salmon", 1}, {"eel", 1}};
  for (const auto& [name, count] : fish) {
    for (int i = 0; i < count; ++i) catches += name + " ";
  }
  EstimateSettings settings = with(Smoothing::katz);
  settings.katz_max = {3};
  const Lm lm({catches}, 1, settings, Marks::no);
  CHECK(lm.p("trout") == near(1 / 27.0));
  CHECK(18 * lm.p("trout") == near(2 / 3.0));
  // What is taken from the kinds seen once goes to <unk> and </s>, that were not seen.
  CHECK(18 * (lm.p("<unk>") + lm.p("</s>")) == near(3 - 3 * 2 / 3.0));
  // Good and Turing leave them the share of those seen once.
  const auto counts = test::naive_count({catches}, 1, Marks::no);
  double once = 0, all = 0;
  for (const auto& entry : counts.raw[0]) {
    once += entry.second == 1 ? 1 : 0;
    all += entry.second;
  }
  CHECK(once / all == near(3 / 18.0));
  CHECK(lm.report(1).fallback ==
        "Good-Turing has no discount for n-grams of count 2, 3: they keep it whole");
}

TEST_CASE("modified Kneser-Ney: discounts from 10, 4, 2, 1", "[ngram][estimate]") {
  std::string text;  // 10 words once, 4 twice, 2 three times, 1 four times
  int word = 0;
  for (const auto& [words, times] :
       std::vector<std::pair<int, int>>{{10, 1}, {4, 2}, {2, 3}, {1, 4}}) {
    for (int i = 0; i < words; ++i, ++word) {
      for (int t = 0; t < times; ++t) text += "w" + std::to_string(word) + " ";
    }
  }
  const Lm lm({text}, 1, {}, Marks::no);
  CHECK(lm.report(1).discounts[0] == near(0.55555556));
  CHECK(lm.report(1).discounts[1] == near(1.1666667));
  CHECK(lm.report(1).discounts[2] == near(1.8888889));
  CHECK(lm.report(1).fallback.empty());
}

TEST_CASE("three lines as KenLM has them", "[ngram][estimate]") {
  const std::vector<std::string> lines = {"the cat sat", "the dog sat", "the cat ran"};
  EstimateSettings settings;
  settings.kenlm_fallback = true;
  const Lm kenlm(lines, 2, settings);
  CHECK(kenlm.report(1).fallback ==
        "no n-gram has the adjusted count 3: discounts are 0.5, 1 and 1.5 instead");
  CHECK(kenlm.report(2).fallback.empty());
  CHECK(kenlm.report(2).discounts[0] == near(0.55555556));
  CHECK(kenlm.report(2).discounts[2] == 3);
  const std::map<std::string, double> p = {
      {"<unk>", -1.146128},   {"</s>", -0.706795},     {"the", -0.873127},
      {"cat", -0.873127},     {"dog", -0.873127},      {"ran", -0.873127},
      {"sat", -0.706795},     {"sat </s>", -0.274701}, {"ran </s>", -0.256826},
      {"<s> the", -0.873127}, {"the cat", -0.450184},  {"cat sat", -0.479714},
      {"dog sat", -0.256826}, {"the dog", -0.647754},  {"cat ran", -0.527789}};
  for (const auto& [words, value] : p) {
    INFO(words);
    CHECK(kenlm.log10_p(words) == Approx(value).margin(1e-6));
  }
  const std::map<std::string, double> bow = {{"the", -0.241032}, {"cat", -0.255273},
                                             {"sat", -0.234083}, {"dog", -0.255273},
                                             {"ran", -0.255273}, {"<s>", 0}};
  for (const auto& [words, value] : bow) {
    INFO(words);
    CHECK(kenlm.log10_bow(words) == Approx(value).margin(1e-6));
  }

  const Lm lm(lines, 2, {});
  CHECK(lm.p("the", "<s>") > 0.5);
  CHECK(lm.report(2).fallback ==
        "no n-gram has the adjusted count 4: one discount of 0.5556 for all instead");
  CHECK(lm.report(2).discounts[2] == near(0.55555556));
}

TEST_CASE("counts of counts have the last n-gram right", "[ngram][estimate]") {
  // KenLM issue 427: it takes 0 and 5 for 1 and 4
  EstimateSettings settings;
  settings.smoothing = Smoothing::kneser_ney;
  const Lm lm({"r o t", "o a r", "o a t"}, 2, settings);
  CHECK(lm.report(1).discounts[0] == near(1 / 9.0));
}

}  // namespace dlt::ngram
