#include <catch2/catch.hpp>
#include <limits>

#include "base/parallel.h"
#include "ngram/arpa_files.h"
#include "ngram/corpus.h"
#include "support/failure.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

using ngram::ArpaStyle, ngram::Model;

std::string written(const Model& model, ArpaStyle style = ArpaStyle::srilm) {
  const Folder folder;
  ngram::write_arpa(folder / "x.arpa", model, style);
  CHECK(folder.list() == std::vector<std::string>{"x.arpa"});
  return read_file(folder / "x.arpa", Exit::failed);
}

// 3,003 words, 120,000 2-grams and 3-grams: several chunks of lines.
std::string large_arpa() {
  constexpr int words = 3000, followers = 40;
  std::string one, two, three;
  for (int i = 0; i < words; ++i) {
    one += fmt::format("-{}.5\tw{}\t-0.{}\n", i % 9, i, i);
    for (int k = 0; k < followers; ++k) {
      two += fmt::format("-{}.25\tw{} w{}\n", k, (i * 7 + k * 13) % words, i);
      three += fmt::format("-1e-{}\tw{} w{} w{}\n", k, k, (i * 7 + k * 13) % words, i);
    }
  }
  return fmt::format(
      "\\data\\\nngram 1={}\nngram 2={}\nngram "
      "3={}\n\n\\1-grams:\n-2\t<unk>\n-99\t<s>\n-1\t</s>\n{}"
      "\n\\2-grams:\n{}\n\\3-grams:\n{}\n\\end\\\n",
      words + 3, words * followers, words * followers, one, two, three);
}

}  // namespace

TEST_CASE("a model is written as an ARPA file, sorted from the last word on", "[ngram][arpa]") {
  const Model model = Model::of(arpa_of(small_arpa));
  CHECK(written(model) ==
        "\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n"
        "\\1-grams:\n-2\t<unk>\n-99\t<s>\t-0.5\n-1\t</s>\n-0.75\ta\t-0.25\n-0.5\tb\t-0.125\n\n"
        "\\2-grams:\n-0.375\tb </s>\n-0.5\t<s> a\t-0.0625\n-0.25\ta b\n\n"
        "\\3-grams:\n-0.125\t<s> a b\n\n\\end\\\n");
  CHECK(written(model, ArpaStyle::kenlm) ==
        "\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n"
        "\\1-grams:\n-2\t<unk>\t0\n0\t<s>\t-0.5\n-1\t</s>\t0\n-0.75\ta\t-0.25\n-0.5\tb\t-0.125\n\n"
        "\\2-grams:\n-0.375\tb </s>\t0\n-0.5\t<s> a\t-0.0625\n-0.25\ta b\t0\n\n"
        "\\3-grams:\n-0.125\t<s> a b\n\n\\end\\\n");
}

TEST_CASE("ARPA files of other programs are written as they were read", "[ngram][arpa]") {
  for (const char* name : {"kenlm-test", "kenlm-test_nounk", "kenlm-toy0", "kenlm-toy1"}) {
    INFO(name);
    const auto read = ngram::read_arpa(arpa_folder + name + ".arpa");
    for (const ArpaStyle style : {ArpaStyle::srilm, ArpaStyle::kenlm}) {
      CHECK(grams_of(arpa_of(written(Model::of(read), style))) == grams_of(read));
    }
  }
}

TEST_CASE("an ARPA file of KenLM is written byte for byte", "[ngram][arpa]") {
  for (const char* name : {"o3", "o5_prune00111"}) {
    const std::string path = in_source(fmt::format("tests/golden/ngram/{}.arpa.gz", name));
    const Folder folder;
    const auto model = Model::of(ngram::read_arpa(path));
    ngram::write_arpa(folder / "x.arpa.gz", model, ArpaStyle::kenlm);
    std::string text;
    ngram::TextReader reader(path);
    for (ngram::Block block; reader.next(block);) text += block.text;
    CHECK(written(model, ArpaStyle::kenlm) == text);
    const auto back = ngram::read_arpa(folder / "x.arpa.gz");
    CHECK(read_file(folder / "x.arpa.gz", Exit::failed).starts_with("\x1f\x8b"));
    CHECK(grams_of(back) == grams_of(model.tables()));
  }
}

TEST_CASE("an ARPA file is the same for any number of threads", "[ngram][arpa]") {
  const auto read = arpa_of(large_arpa());
  const Model model = Model::of(read);
  const std::string one = written(model);
  set_threads(3);
  CHECK((written(model) == one));
  set_threads(1);
  CHECK((grams_of(arpa_of(one)) == grams_of(read)));
}

TEST_CASE("numbers in ARPA files are read back as they were", "[ngram][arpa]") {
  auto tables = arpa_of(small_arpa);
  const float tiny = std::numeric_limits<float>::min(), third = -1.F / 3;
  tables.levels[1].log10_p[0] = -tiny;
  tables.levels[1].log10_p[1] = third;
  tables.levels[1].log10_bow[2] = 3.4028235e38F;
  CHECK(grams_of(arpa_of(written(Model::of(tables)))) == grams_of(tables));
  CHECK_THAT(written(Model::of(tables)), Catch::Contains("\n-0.33333334\t<s> a\t-0.0625\n"));
}

TEST_CASE("an ARPA file that cannot be written leaves nothing", "[ngram][arpa]") {
  const Model model = Model::of(arpa_of(small_arpa));
  CHECK(failure([&] { ngram::write_arpa("/dev/full", model); }, Exit::failed) ==
        "cannot write '/dev/full': No space left on device");
  CHECK(failure([&] { ngram::write_arpa("/no/where.arpa", model); }, Exit::failed) ==
        "cannot write '/no/where.arpa': No such file or directory");
}

}  // namespace dlt::test
