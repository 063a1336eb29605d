#include "check/ngram_case.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "base/file.h"
#include "check/ngram_compare.h"
#include "check/replay.h"
#include "ngram/arpa.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

const std::string golden = in_source("tests/golden/");

void all_pass(const std::vector<check::Outcome>& outcomes, std::size_t count) {
  CHECK(outcomes.size() == count);
  for (const check::Outcome& o : outcomes) {
    INFO(o.name << ": " << o.detail);
    CHECK(o.passed);
  }
}

// The n-gram case with one file changed, in a folder of its own.
struct Changed {
  Changed() {
    for (const char* name :
         {"o3.arpa.gz", "o3.query.txt", "o3.summary.txt", "test.txt", "train.txt"}) {
      std::filesystem::copy(golden + "ngram/" + name, folder / name);
    }
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = read_file(folder / name, Exit::failed);
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    write_file(folder / name, text.replace(at, from.size(), to));
  }
  std::vector<std::string> failures() const {
    std::vector<std::string> failed;
    for (const check::Outcome& o : check::replay_ngram(folder.path())) {
      if (!o.passed) failed.push_back(o.name + ": " + o.detail);
    }
    return failed;
  }
  std::string mistake() const {
    std::string text = failure([&] { check::replay_ngram(folder.path()); }, Exit::data);
    if (const auto at = text.find(folder.path()); at != text.npos) {
      text.replace(at, folder.path().size(), "DIR");
    }
    return text;
  }
  Folder folder;
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("n-gram models equal KenLM's", "[check][ngram][golden]") {
  all_pass(check::replay(golden + "ngram"), 18);
}

TEST_CASE("ARPA files are written back equal", "[check][ngram][golden]") {
  all_pass(check::replay(golden + "ngram-arpa"), 48);
}

TEST_CASE("replaying n-grams says where the first difference is", "[check][ngram]") {
  SECTION("a score") {
    const Changed changed;
    changed.replace("o3.query.txt", "spake=650 1 -3.2876804", "spake=650 1 -3.287");
    CHECK(changed.failures() ==
          Strings{"o3: scores of test.txt: 'spake' has -3.28768039, not -3.287"});
  }
  SECTION("a length") {
    const Changed changed;
    changed.replace("o3.query.txt", "spake=650 1", "spake=650 2");
    CHECK(changed.failures() == Strings{"o3: scores of test.txt: token 2 is 'spake' in an n-gram "
                                        "of 1, not 'spake' in one of 2"});
  }
  SECTION("the text") {
    const Changed changed;
    write_file(changed.folder / "test.txt", "then spake\n");
    changed.replace("o3.query.txt", "azariah=0 1", "</s>=2 1");
    const auto failed = changed.failures();
    REQUIRE(failed.size() == 5);
    CHECK(failed[0] == "o3: scores of test.txt: there are 3 tokens, not 2595");
    CHECK(failed[1] == "o3: OOVs: 0, not 291");
  }
  SECTION("the model") {
    const Changed changed;
    changed.replace("train.txt", "beginning", "begin");
    const auto failed = changed.failures();
    REQUIRE(failed.size() == 3);
    CHECK(failed[0] == "o3, estimated: n-grams: 'in the beginning' is missing");
  }
}

TEST_CASE("mistakes in an n-gram case", "[check][ngram]") {
  const Changed changed;
  SECTION("a name") {
    std::filesystem::rename(changed.folder / "o3.arpa.gz", changed.folder / "o3_prune01.arpa.gz");
    CHECK(changed.mistake() ==
          "DIR/o3_prune01.arpa.gz: expected a name like o3.arpa, or "
          "o5_prune00111.arpa with a digit for each length");
  }
  SECTION("an order") {
    std::filesystem::rename(changed.folder / "o3.arpa.gz", changed.folder / "o4.arpa.gz");
    CHECK(changed.mistake() == "DIR/o4.arpa.gz: the order is 3, not that of its name");
  }
  SECTION("scores") {
    changed.replace("o3.query.txt", "spake=650 1", "spake 1");
    CHECK(changed.mistake() ==
          "DIR/o3.query.txt: entry 2: expected WORD=ID LENGTH LOG10P, got "
          "'spake 1 -3.2876804'");
  }
  SECTION("a summary") {
    changed.replace("o3.summary.txt", "OOVs:\t291", "OOVs:\tmany");
    CHECK(changed.mistake() ==
          "DIR/o3.summary.txt: expected a name and a number, got 'OOVs:\tmany'");
  }
  SECTION("a line of the summary") {
    changed.replace("o3.summary.txt", "Tokens:", "Words:");
    CHECK(changed.mistake() == "DIR/o3.summary.txt: there is no 'Tokens'");
  }
  SECTION("no scores") {
    std::filesystem::remove(changed.folder / "o3.query.txt");
    CHECK(changed.mistake() == "cannot open 'DIR/o3.query.txt': No such file or directory");
  }
}

TEST_CASE("models that differ are told apart", "[check][ngram]") {
  const auto one = ngram::read_arpa(golden + "ngram-arpa/kenlm-toy0.arpa");
  const auto two = ngram::read_arpa(golden + "ngram-arpa/kenlm-toy1.arpa");
  const auto outcomes = check::compare("toys", one, two, 1e-5);
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[0].detail == "'c </s>' is missing");
  CHECK_FALSE(outcomes[1].passed);
  const auto order =
      check::compare("toys", ngram::read_arpa(golden + "ngram-arpa/kenlm-test.arpa"), one, 0);
  CHECK(order[0].detail == "the order is 5, not 3");
}

}  // namespace dlt::test
