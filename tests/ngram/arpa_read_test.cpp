#include <catch2/catch.hpp>
#include <zlib.h>

#include "base/parallel.h"
#include "ngram/arpa_files.h"

namespace dlt::test {
namespace {

using ngram::log_zero;
using Strings = std::vector<std::string>;

void write_gzip(const std::string& path, const std::string& text) {
  gzFile file = ::gzopen(path.c_str(), "wb");
  ::gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(file);
}

const Grams small_grams = {
    {"<unk>", {-2.F, 0.F}},  {"<s>", {log_zero, -0.5F}}, {"</s>", {-1.F, 0.F}},
    {"a", {-0.75F, -0.25F}}, {"b", {-0.5F, -0.125F}},    {"<s> a", {-0.5F, -0.0625F}},
    {"a b", {-0.25F, 0.F}},  {"b </s>", {-0.375F, 0.F}}, {"<s> a b", {-0.125F, 0.F}}};

}  // namespace

TEST_CASE("an ARPA file becomes a tree", "[ngram][arpa]") {
  Strings warnings;
  const auto tables = arpa_of(small_arpa, &warnings);
  CHECK(warnings.empty());
  CHECK(tables.order() == 3);
  CHECK(tables.vocabulary.size() == 5);
  CHECK(tables.vocabulary.word(3) == "a");
  CHECK(tables.about.made == R"({"format":"arpa","style":"srilm"})");
  CHECK(tables.about.unit == ngram::Unit::words);
  CHECK(grams_of(tables) == small_grams);
  const auto ab = child(tables.levels[0], tables.levels[1], 4, 3);
  CHECK(child(tables.levels[1], tables.levels[2], ab, ngram::sentence_begin) == 0);
}

TEST_CASE("what ARPA files differ in makes no difference", "[ngram][arpa]") {
  const auto reads = [](const std::string& text) {
    Strings warnings;
    CHECK(grams_of(arpa_of(text, &warnings)) == small_grams);
    CHECK(warnings.empty());
  };
  std::string text = small_arpa;
  for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2)
    text.replace(at, 1, "\r\n");
  reads(text);
  text = small_arpa;
  std::ranges::replace(text, '\t', ' ');
  reads(text);
  reads("made by hand\n\nngram 1=7\n" + small_arpa + "and more\n");
  reads("\xEF\xBB\xBF" + small_arpa);
  reads(small_arpa.substr(0, small_arpa.size() - 1));
  reads(replaced(small_arpa, "\n-0.25\ta b\n-0.375\tb </s>\n",
                 "\n\n  \n-0.375\tb </s>\t0\n-0.25\ta b\t-0\n"));
  reads(replaced(small_arpa, "-2\t<unk>", "-2\t<UNK>\t0.0"));
  reads(replaced(small_arpa, "-99\t<s>", "-inf\t<s>"));
  reads(replaced(small_arpa, "-99\t<s>", "12\t<s>"));
  reads(replaced(small_arpa, "ngram 1=5\n", "# a comment\nngram  1 = 5\n\n"));
  reads(replaced(small_arpa, "-0.5\tb\t-0.125", "-5.0E-01\tb\t-1250e-4"));
  reads(replaced(small_arpa, "-0.375\tb </s>", "-0.375\tb </s>\t1e-60"));
}

TEST_CASE("a compressed ARPA file is known by its content", "[ngram][arpa]") {
  const Folder folder;
  write_gzip(folder / "x.arpa", small_arpa);
  CHECK(grams_of(ngram::read_arpa(folder / "x.arpa")) == small_grams);
}

TEST_CASE("-inf and -99 in an ARPA file both stand for a probability of 0", "[ngram][arpa]") {
  const auto grams = grams_of(arpa_of(replaced(
      replaced(small_arpa, "-0.375\tb </s>", "-inf\tb </s>\t-INF"), "-0.25\ta b", "-99 a b")));
  CHECK(grams.at("b </s>") == std::pair(log_zero, log_zero));
  CHECK(grams.at("a b") == std::pair(log_zero, 0.F));
}

TEST_CASE("words that an ARPA file lacks are put in", "[ngram][arpa]") {
  Strings warnings;
  const auto tables =
      arpa_of("\\data\\\nngram 1=1\nngram 2=1\n\\1-grams:\n-1 a\n\\2-grams:\n-2 a a 0.5\n\\end\\\n",
              &warnings);
  for (std::string& text : warnings) text.erase(0, text.find(": ") + 2);
  CHECK(warnings == Strings{"there is no <unk>: unknown words have log10 probability -100",
                            "there is no <s>: its probability is 0",
                            "there is no </s>: its probability is 0",
                            "1 back-off weights of 2-grams, the longest, are of no use"});
  CHECK(grams_of(tables) == Grams{{"a", {-1.F, 0.F}}, {"a a", {-2.F, 0.F}}});
  CHECK(tables.levels[0].log10_p[ngram::unknown] == -100);
  CHECK(tables.levels[0].log10_p[ngram::sentence_end] == log_zero);
  CHECK(tables.vocabulary.size() == 4);
}

TEST_CASE("a suffix that is missing has the probability of backing off", "[ngram][arpa]") {
  Strings warnings;
  const auto tables = arpa_of(
      "\\data\\\nngram 1=6\nngram 2=2\nngram 3=0\nngram 4=2\n"
      "\\1-grams:\n-2 <unk>\n-99 <s>\n-1 </s>\n-0.75 a -0.25\n-0.5 b -0.125\n-3 c -0.0625\n"
      "\\2-grams:\n-0.5 c b -0.03125\n-4 a a\n\\3-grams:\n"
      "\\4-grams:\n-0.1 a c b b\n-0.2 b c b a\n\\end\\\n",
      &warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].ends_with(
      "4 n-grams are missing that longer ones end with: put in so that no score changes"));
  const auto& levels = tables.levels;
  const auto bb = child(levels[0], levels[1], 4, 4), ba = child(levels[0], levels[1], 3, 4);
  REQUIRE(bb != ngram::nowhere);
  REQUIRE(ba != ngram::nowhere);
  CHECK(levels[1].log10_p[bb] == -0.5F - 0.125F);
  CHECK(levels[1].log10_p[ba] == -0.75F - 0.125F);
  const auto cba = child(levels[1], levels[2], ba, 5), cbb = child(levels[1], levels[2], bb, 5);
  REQUIRE(cba != ngram::nowhere);
  REQUIRE(cbb != ngram::nowhere);
  CHECK(levels[2].log10_p[cba] == -0.75F - 0.125F - 0.03125F);
  CHECK(levels[3].log10_p[child(levels[2], levels[3], cba, 4)] == -0.2F);
  CHECK(levels[3].log10_p[child(levels[2], levels[3], cbb, 3)] == -0.1F);
  CHECK(grams_of(tables).size() == 10);
}

TEST_CASE("ARPA files of other programs are read", "[ngram][arpa]") {
  const auto has = [](const std::string& name, std::size_t grams, std::size_t said) {
    Strings warnings;
    CHECK(grams_of(ngram::read_arpa(arpa_folder + name, &warnings)).size() == grams);
    CHECK(warnings.size() == said);
  };
  has("kenlm-test.arpa", 105, 1);
  has("kenlm-test_nounk.arpa", 101, 2);
  has("kenlm-toy0.arpa", 19, 0);
  has("kenlm-toy1.arpa", 19, 0);
}

TEST_CASE("the order of lines in a large ARPA file is of no matter", "[ngram][arpa]") {
  constexpr int words = 300;
  Strings pairs;
  std::string unigrams = "-1 <unk>\n-99 <s>\n-1 </s>\n";
  for (int i = 0; i < words; ++i) {
    unigrams += fmt::format("-{} w{} -0.{}\n", i % 7, i, i);
    for (int j = 0; j < words; ++j)
      pairs.push_back(fmt::format("-{}.{} w{} w{}\n", i % 5, j, i, j));
  }
  const auto text = [&] {
    std::string all = fmt::format("\\data\\\nngram 1={}\nngram 2={}\n\\1-grams:\n{}\\2-grams:\n",
                                  words + 3, pairs.size(), unigrams);
    for (const std::string& pair : pairs) all += pair;
    return all + "\\end\\\n";
  };
  const std::string prefix_order = text();
  std::ranges::reverse(pairs);
  const auto one = arpa_of(prefix_order), two = arpa_of(text());
  CHECK(grams_of(one) == grams_of(two));
  CHECK(grams_of(one).size() == words * words + words + 3);
  set_threads(3);
  CHECK(grams_of(arpa_of(prefix_order)) == grams_of(two));
  set_threads(1);
}

}  // namespace dlt::test
