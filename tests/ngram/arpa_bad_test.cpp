#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <zlib.h>

#include "ngram/arpa_files.h"
#include "support/model_files.h"

namespace dlt::test {
namespace {

// What is said of a file with this text; it is called DIR/x.
std::string complaint(std::string_view text, Exit exit = Exit::damaged) {
  const Folder folder;
  std::ofstream(folder / "x") << text;
  return message(folder, exit, [&] { ngram::read_arpa(folder / "x"); });
}

std::string complaint(const std::string& from, const std::string& to) {
  return complaint(replaced(small_arpa, from, to));
}

const std::string no_arpa = "DIR/x: this is no ARPA file, none of its lines is '\\data\\'; it ";

std::string gzipped(const std::string& text) {
  const Folder folder;
  gzFile file = ::gzopen((folder / "x").c_str(), "wb");
  ::gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(file);
  return read_file(folder / "x", Exit::failed);
}

}  // namespace

TEST_CASE("what is no ARPA file is called what it is", "[ngram][arpa]") {
  CHECK(complaint("") == no_arpa + "is empty");
  CHECK(complaint("the cat sat\n") ==
        no_arpa + "looks like plain text: `dlt ngram train` makes a model of it");
  CHECK(complaint("mmap lm http://kheafield.com/code format version 5\n") ==
        no_arpa + "is a binary file of KenLM: give the ARPA file that it was made from");
  CHECK(complaint(std::string_view("\x7F"
                                   "ELF\0\1",
                                   6)) == no_arpa + "is a binary file of another kind");
  CHECK(complaint("BZh91AY") == no_arpa + "is compressed by bzip2: decompress it, or use gzip");
  CHECK(complaint("\xFD"
                  "7zXZ") == no_arpa + "is compressed by xz: decompress it, or use gzip");
  CHECK(complaint("\x28\xB5\x2F\xFD") ==
        no_arpa + "is compressed by zstd: decompress it, or use gzip");
  CHECK(complaint("PK\x03\x04") == no_arpa + "is a zip archive: give the file that is in it");
  CHECK(complaint("blmt 3") ==
        no_arpa + "is a binary file of IRSTLM: give the ARPA file that it was made from");
  CHECK(failure([] { ngram::read_arpa("/no/such.arpa"); }, Exit::usage) ==
        "there is no file '/no/such.arpa'");
}

TEST_CASE("mistakes in the header of an ARPA file", "[ngram][arpa]") {
  CHECK(complaint("\\data\\", "\\dada\\") ==
        no_arpa + "looks like plain text: `dlt ngram train` makes a model of it");
  CHECK(complaint("ngram 1=5\n", "") ==
        "DIR/x:2: expected 'ngram 1=' and a number, got 'ngram 2=3'");
  CHECK(complaint("ngram 2=3\n", "") ==
        "DIR/x:3: expected 'ngram 2=' and a number, or '\\1-grams:', got 'ngram 3=1'");
  CHECK(complaint("ngram 2=3", "ngram 2=-3") ==
        "DIR/x:3: expected 'ngram 2=' and a number, or '\\1-grams:', got 'ngram 2=-3'");
  CHECK(complaint("ngram 2=3", "ngram 2=many") ==
        "DIR/x:3: expected 'ngram 2=' and a number, or '\\1-grams:', got 'ngram 2=many'");
  CHECK(complaint("ngram 1=5\nngram 2=3\nngram 3=1\n", "") ==
        "DIR/x:3: expected 'ngram 1=' and a number, got '\\1-grams:'");
  std::string nine;
  for (int n = 4; n <= 10; ++n) nine += fmt::format("ngram {}=1\n", n);
  CHECK(
      complaint("ngram 3=1\n", "ngram 3=1\n" + nine) ==
      "DIR/x:11: n-grams of 10 words are longer than the 9 that are possible here: prune the model "
      "to that order first");
  CHECK(complaint("\\data\\\nngram 1=3\n") ==
        "DIR/x:2: the file ends before '\\1-grams:': it is cut off");
  CHECK(complaint("ngram 2=3", "ngram 2=4") ==
        "DIR/x:3: 4 2-grams are announced, but up to line 17 there are 3: correct the number, or "
        "make "
        "the file anew");
  CHECK(
      complaint("ngram 1=5", "ngram 1=18446744073709551615") ==
      "DIR/x:2: 18446744073709551615 1-grams are announced, but up to line 12 there are 5: correct "
      "the number, or make the file anew");
  CHECK(complaint("ngram 3=1", "ngram 3=0") ==
        "DIR/x:4: 0 3-grams are announced, but up to line 20 there are 1: correct the number, or "
        "make "
        "the file anew");
}

TEST_CASE("mistakes in the sections of an ARPA file", "[ngram][arpa]") {
  CHECK(complaint("\\2-grams:", "\\3-grams:") ==
        "DIR/x:13: expected '\\2-grams:', got '\\3-grams:'");
  CHECK(
      complaint("\\2-grams:\n", "") ==
      "DIR/x:13: expected a log10 probability, 1 word and perhaps a back-off weight, got 4 fields");
  CHECK(complaint("\\3-grams:\n-0.125\t<s> a b\n\n", "") ==
        "DIR/x:18: expected '\\3-grams:', got '\\end\\'");
  CHECK(complaint("\\end\\\n", "") == "DIR/x:20: the file ends before '\\end\\': it is cut off");
  CHECK(complaint("\\end\\\n", "\\End\\\n") == "DIR/x:21: expected '\\end\\', got '\\End\\'");
  const auto cut = [](const std::string& at) {
    return complaint(small_arpa.substr(0, small_arpa.find(at)));
  };
  CHECK(cut("-0.375\tb") == "DIR/x:15: the file ends in the 2-grams: it is cut off");
  CHECK(
      cut("\tb </s>") ==
      "DIR/x:16: expected a log10 probability, 2 words and perhaps a back-off weight, got 1 field");
  CHECK(cut("\\2-grams:") == "DIR/x:12: the file ends before '\\2-grams:': it is cut off");
  const std::string packed = gzipped(small_arpa);
  CHECK(complaint(packed.substr(0, packed.size() - 12)) ==
        "cannot read 'DIR/x': the compressed data end early");
}

TEST_CASE("mistakes in the lines of an ARPA file", "[ngram][arpa]") {
  CHECK(complaint("-0.25\ta b", "nan\ta b") == "DIR/x:15: expected a log10 probability, got 'nan'");
  CHECK(complaint("-0.75\ta", "-NaN\ta") == "DIR/x:10: expected a log10 probability, got '-NaN'");
  CHECK(complaint("-0.25\ta b", "inf\ta b") == "DIR/x:15: expected a log10 probability, got 'inf'");
  CHECK(complaint("-0.25\ta b", "-0,25\ta b") ==
        "DIR/x:15: expected a log10 probability, got '-0,25'");
  CHECK(complaint("-0.25\ta b", "-1e999\ta b") ==
        "DIR/x:15: expected a log10 probability, got '-1e999'");
  CHECK(complaint("-0.25\ta b", "0.25\ta b") ==
        "DIR/x:15: the log10 probability 0.25 is positive: no probability is above 1; write 0 "
        "where it "
        "comes of rounding");
  CHECK(complaint("-0.25\ta b", "-0.25\ta b\tinf") ==
        "DIR/x:15: expected a back-off weight after 2 words, got 'inf'");
  CHECK(complaint("-0.25\ta b", "-0.25\ta b a") ==
        "DIR/x:15: expected a back-off weight after 2 words, got 'a'");
  CHECK(complaint("-0.25\ta b", "-0.25\ta") ==
        "DIR/x:15: expected a log10 probability, 2 words and perhaps a back-off weight, got 2 "
        "fields");
  CHECK(complaint("-0.125\t<s> a b", "-0.125\t<s> a b a b") ==
        "DIR/x:19: expected a log10 probability, 3 words and perhaps a back-off weight, got 6 "
        "fields");
  CHECK(complaint("-0.25\ta b", "-0.25\ta c") ==
        "DIR/x:15: the word 'c' is not among the 1-grams: add it there, or remove this 2-gram");
  CHECK(complaint("-0.25\ta b", "-0.25\t\x01" + std::string(99, 'c') + " b") ==
        "DIR/x:15: the word '\\x01" + std::string(59, 'c') +
            "...' is not among the 1-grams: add it there, or remove this 2-gram");
}

TEST_CASE("an n-gram that an ARPA file has twice", "[ngram][arpa]") {
  CHECK(complaint("-0.375\tb </s>", "-0.25\ta b") ==
        "DIR/x:16: 'a b' is in line 15 already: remove one of them");
  CHECK(complaint("-0.375\tb </s>", "-0.25\t<s> a") ==
        "DIR/x:16: '<s> a' is in line 14 already: remove one of them");
  CHECK(complaint("-0.5\tb", "-0.5\ta") ==
        "DIR/x:11: 'a' is in line 10 already: remove one of them");
  CHECK(complaint("-0.5\tb", "-0.5\t<UNK>") ==
        "DIR/x:11: '<UNK>' is in line 7 already: remove one of them");
}

TEST_CASE("a damaged ARPA file is a model or an error, never a crash", "[ngram][arpa]") {
  const Folder folder;
  const std::string whole = read_file(arpa_folder + "kenlm-test.arpa", Exit::failed);
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  const std::string bytes = "\\\n\t -.0919e<>/ua\xFF";
  int models = 0, errors = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text = round % 2 == 0 ? small_arpa : whole;
    for (std::size_t i = 0; i <= below(4); ++i) {
      const std::size_t at = below(text.size()),
                        end = std::min(text.find('\n', at), text.size() - 1) + 1;
      switch (below(5)) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text[at] = bytes[below(bytes.size())];
          break;
        case 2:
          text.erase(at, end - at);
          break;
        case 3:
          text.insert(at, text.substr(below(text.size()), below(40)));
          break;
        default:
          text.resize(std::max<std::size_t>(at, 1));
      }
    }
    std::ofstream(folder / "x") << text;
    try {
      const auto tables = ngram::read_arpa(folder / "x");
      ++models;
      grams_of(tables);
    } catch (const Error& e) {
      ++errors;
      const bool clean =
          e.exit() == Exit::damaged && std::string(e.what()).starts_with(folder / "x:");
      if (!clean) FAIL_CHECK(e.what());
    }
  }
  CHECK(models > 10);
  CHECK(errors > 600);
}

}  // namespace dlt::test
