#include "lexicon/naive_bayes.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/file.h"
#include "lexicon/confusion.h"
#include "support/failure.h"
#include "support/folder.h"

using namespace dlt;
using namespace dlt::lexicon;
using dlt::test::failure;
using dlt::test::Folder;

namespace {

using ngram::Unit;

NaiveBayes trained(const std::string& path, const BayesSettings& settings,
                   Labels labels = Labels::first_column) {
  Lines lines({path}, labels);
  return NaiveBayes::train(lines, settings);
}

std::string refusal(const std::string& text, Exit exit, const BayesSettings& settings = {}) {
  const Folder folder;
  write_file(folder / "d.tsv", text);
  std::string message = failure([&] { trained(folder / "d.tsv", settings); }, exit);
  const std::size_t at = message.find(folder.path());
  if (at != message.npos) message.erase(at, folder.path().size() + 1);
  return message;
}

std::string damage(const std::string& bytes) {
  const Folder folder;
  write_file(folder / "m.nb", bytes);
  std::string message = failure([&] { NaiveBayes::load(folder / "m.nb"); }, Exit::damaged);
  return message.replace(message.find(folder.path()), folder.path().size() + 1, "");
}

double accuracy(const NaiveBayes& model, const std::string& path, const auto& is_test) {
  Confusion c(model.classes().size());
  std::int64_t number = 0;
  each_labelled_line({path}, Labels::first_column, [&](const LabelledLine& line) {
    if (!is_test(number++)) return;
    const auto& classes = model.classes();
    const auto truth = std::find(classes.begin(), classes.end(), line.label) - classes.begin();
    c.add(static_cast<std::size_t>(truth), model.guess(line.text)[0].of_class);
  });
  return c.accuracy();
}

constexpr std::string_view china =
    "yes\tChinese Beijing Chinese\nyes\tChinese Chinese Shanghai\nyes\tChinese Macao\n"
    "no\tTokyo Japan Chinese\n";

}  // namespace

// Introduction to Information Retrieval (Manning, Raghavan, Schütze 2008), example 13.1.
TEST_CASE("naive Bayes gives the textbook's probabilities", "[lexicon][classify]") {
  const Folder folder;
  write_file(folder / "d.tsv", china);
  const NaiveBayes model = trained(folder / "d.tsv", {{Unit::words, 1, 1, false}, {}, 1});
  CHECK(model.classes() == std::vector<std::string>{"no", "yes"});
  CHECK(model.lines() == std::vector<std::uint64_t>{1, 3});
  CHECK(model.grams() == 6);
  const std::string_view test = "Chinese Chinese Chinese Tokyo Japan unseen";
  const auto joint = model.log_joint(test);
  const double yes = 3.0 / 4 * std::pow(3.0 / 7, 3) / 14 / 14;
  const double no = 1.0 / 4 * std::pow(2.0 / 9, 3) * 2 / 9 * 2 / 9;
  CHECK(joint[0] == Approx(std::log(no)).epsilon(1e-12));
  CHECK(joint[1] == Approx(std::log(yes)).epsilon(1e-12));
  const auto guess = model.guess(test);
  CHECK(guess[0].of_class == 1);
  CHECK(std::exp(guess[0].log_p) == Approx(yes / (yes + no)).epsilon(1e-12));
  CHECK(std::exp(guess[1].log_p) == Approx(no / (yes + no)).epsilon(1e-12));
}

TEST_CASE("long texts neither overflow nor lose their probabilities", "[lexicon][classify]") {
  const Folder folder;
  write_file(folder / "d.tsv", china);
  const NaiveBayes model = trained(folder / "d.tsv", {{Unit::words, 1, 1, false}, {}, 1});
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "Tokyo ";
  const auto guess = model.guess(text);
  CHECK(guess[0].of_class == 0);
  CHECK(std::exp(guess[0].log_p) == 1);
  CHECK(guess[1].log_p == Approx(100000 * std::log(9.0 / 28) + std::log(3.0)));
  CHECK(model.guess("")[0].log_p == Approx(std::log(0.75)));
}

TEST_CASE("a model comes back from its file, byte for byte", "[lexicon][classify]") {
  const Folder folder;
  const NaiveBayes model =
      trained("data/fixtures/spam.tsv", {{Unit::chars, 1, 3, true}, {2, 300}, 0.5});
  CHECK(model.grams() == 300);
  model.save(folder / "m.nb");
  const NaiveBayes back = NaiveBayes::load(folder / "m.nb");
  CHECK(back.settings() == model.settings());
  CHECK(back.add() == 0.5);
  CHECK(back.classes() == model.classes());
  CHECK(back.log_joint("free cash at home") == model.log_joint("free cash at home"));
  back.save(folder / "again.nb");
  CHECK(read_file(folder / "again.nb", Exit::data) == read_file(folder / "m.nb", Exit::data));
}

TEST_CASE("a damaged model is refused", "[lexicon][classify]") {
  const Folder folder;
  trained("data/fixtures/spam.tsv", {}).save(folder / "m.nb");
  const std::string whole = read_file(folder / "m.nb", Exit::data);
  const std::string damaged = "'m.nb' is damaged: copy it again, or train it again";
  CHECK(damage("") == "'m.nb' is not a model of dlt ngram classify: it does not begin as one");
  CHECK(damage("\\data\\\n") ==
        "'m.nb' is not a model of dlt ngram classify: it does not begin as one");
  for (const std::size_t size : {std::size_t{8}, std::size_t{15}, std::size_t{16}, std::size_t{60},
                                 whole.size() / 2, whole.size() - 1}) {
    CHECK(damage(whole.substr(0, size)) == damaged);
  }
  CHECK(damage(whole + "x") == damaged);
  for (std::size_t at = 8; at < whole.size(); at += 1 + whole.size() / 200) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x15);
    CHECK(damage(other) == damaged);
  }
}

TEST_CASE("what classes cannot be learned from", "[lexicon][classify]") {
  CHECK(refusal("", Exit::data) == "there is no text to learn classes from");
  CHECK(refusal("a\tx\na\ty\n", Exit::data) ==
        "all 2 lines have the label 'a': classes need at least two labels");
  CHECK(refusal("a\tx\nb\n", Exit::data) ==
        "d.tsv:2: expected label<TAB>text, got 'b' without a tab: what is its label?");
  CHECK(refusal("a\tx\n\n", Exit::data) == "d.tsv:2: expected label<TAB>text, got no label");
  CHECK(refusal("\tx\n", Exit::data) == "d.tsv:1: expected label<TAB>text, got no label");
  CHECK(refusal("a\t \r\n", Exit::data) == "d.tsv:1: there is no text behind the label 'a'");
  CHECK(refusal("\xFF\tx\n", Exit::data) == "d.tsv:1: the label is not UTF-8");
  CHECK(refusal("a\tx y z\nb\tx\n", Exit::data, {{Unit::words, 2, 3, false}, {}, 1}) ==
        "the class 'b' has no n-gram of length 2-3 that is kept: give it more text, or lower --n "
        "or --min-count");
  CHECK(refusal("a\tx y\nb\tz\n", Exit::data, {{Unit::words, 1, 1, false}, {2, 0}, 1}) ==
        "no n-gram occurs 2 times or more, the most frequent 1: lower --min-count");
}

TEST_CASE("a file can be a class", "[lexicon][classify]") {
  CHECK(file_label("texts/fr.txt.gz") == "fr");
  CHECK(file_label(".hidden.txt") == ".hidden");
  CHECK(file_label("/en") == "en");
  const Folder folder;
  write_file(folder / "en.txt", "the cat\n\nthe dog\n");
  write_file(folder / "fr.txt", "le chat\nle chien\n");
  write_file(folder / "es.txt", "");
  Lines lines({folder / "fr.txt", folder / "en.txt"}, Labels::file_name);
  const NaiveBayes model = NaiveBayes::train(lines, {});
  CHECK(model.classes() == std::vector<std::string>{"en", "fr"});
  CHECK(model.lines() == std::vector<std::uint64_t>{2, 2});
  CHECK(model.guess("le dog le")[0].of_class == 1);
  CHECK(failure([&] { trained(folder / "es.txt", {}, Labels::file_name); }, Exit::data) ==
        "'" + (folder / "es.txt") + "' is empty: the class 'es' needs text");
  CHECK(failure([&] { trained("-", {}, Labels::file_name); }, Exit::usage) ==
        "standard input has no name to take a label from: give files, or lines of "
        "label<TAB>text");
}

TEST_CASE("precision, recall and F1 of a confusion table", "[lexicon][classify]") {
  Confusion c(4);  // the last class never occurs
  const int table[3][3] = {{5, 1, 0}, {2, 3, 0}, {0, 1, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (int n = 0; n < table[i][j]; ++n) c.add(i, j);
    }
  }
  CHECK(c.accuracy() == Approx(8.0 / 12));
  CHECK(c.precision(0) == Approx(5.0 / 7));
  CHECK(c.recall(0) == Approx(5.0 / 6));
  CHECK(c.f1(1) == Approx(0.6));
  CHECK(c.precision(2) == 0);
  CHECK(c.recall(3) == 0);
  CHECK(c.macro_f1() == Approx((10.0 / 13 + 0.6 + 0) / 3));
  CHECK(Confusion(2).accuracy() == 0);
}

TEST_CASE("character n-grams tell close languages apart", "[lexicon][classify]") {
  const std::string data = "data/fixtures/udhr.tsv";
  const Folder folder;
  std::string half;
  std::int64_t number = 0;
  each_labelled_line({data}, Labels::first_column, [&](const LabelledLine& line) {
    if (number++ % 2 == 0) half += fmt::format("{}\t{}\n", line.label, line.text);
  });
  write_file(folder / "half.tsv", half);
  const NaiveBayes model = trained(folder / "half.tsv", {{Unit::chars, 1, 3, true}, {}, 0.1});
  CHECK(model.classes().size() == 7);
  CHECK(accuracy(model, data, [](std::int64_t i) { return i % 2 == 1; }) >= 0.98);
}
