#include "ngram/model.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>

#include "base/file.h"
#include "base/parallel.h"
#include "ngram/model_file.h"
#include "ngram/quantize.h"
#include "ngram/score.h"
#include "ngram/tables.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using namespace ngram;
using Catch::Contains;
using Catch::StartsWith;

void check_same(const Model& model, const Tables& tables) {
  REQUIRE(model.order() == tables.order());
  REQUIRE(model.vocabulary().size() == tables.vocabulary.size());
  for (WordId i = 0; i < model.vocabulary().size(); ++i) {
    CHECK(model.vocabulary().word(i) == tables.vocabulary.word(i));
    CHECK(model.vocabulary().id(tables.vocabulary.word(i)) == i);
  }
  for (int n = 1; n <= model.order(); ++n) {
    const Level& level = tables.levels[static_cast<std::size_t>(n - 1)];
    REQUIRE(model.count(n) == level.log10_p.size());
    for (Node i = 0; i < level.log10_p.size(); ++i) {
      CHECK(model.log10_p(n, i) == level.log10_p[i]);
      if (n > 1) CHECK(model.word(n, i) == level.word[i]);
      if (n == model.order()) continue;
      CHECK(model.log10_bow(n, i) == level.log10_bow[i]);
      const auto range = model.children(n, i);
      REQUIRE(range.begin == level.first[i]);
      REQUIRE(range.end == level.first[i + 1]);
      for (Node c = range.begin; c < range.end; ++c) {
        CHECK(model.child(n, i, model.word(n + 1, c)) == c);
      }
      CHECK(model.child(n, i, model.vocabulary().size()) == nowhere);
    }
  }
}

std::vector<std::byte> bytes_of(const Tables& tables, Values values = Values::exact) {
  std::vector<std::byte> bytes;
  write_file_of(tables, header_of(tables, values), [&bytes](std::span<const std::byte> some) {
    bytes.insert(bytes.end(), some.begin(), some.end());
  });
  return bytes;
}

// Everything a model can be asked.
double ask(const Model& model) {
  double sum = 0;
  for (WordId i = 0; i < model.vocabulary().size(); ++i) {
    sum += static_cast<double>(model.vocabulary().word(i).size());
  }
  sum += model.vocabulary().id("w1") + model.vocabulary().id("not there");
  for (int n = 1; n <= model.order(); ++n) {
    for (Node i = 0; i < model.count(n); ++i) {
      sum += static_cast<double>(model.log10_p(n, i));
      if (n > 1) sum += static_cast<double>(model.vocabulary().word(model.word(n, i)).size());
      if (n == model.order()) continue;
      const auto range = model.children(n, i);
      REQUIRE(range.end <= model.count(n + 1));
      sum += static_cast<double>(model.log10_bow(n, i)) + model.child(n, i, 3);
    }
  }
  std::vector<WordId> ids;
  for (WordId i = 0; i < 60; ++i) ids.push_back(i * 7 % 11);
  std::vector<Scored> scored(ids.size());
  const Scorer scorer(model);
  Scorer::State state = scorer.begin();
  scorer.score(ids, scored, state);
  for (const WordId id : ids) scorer.score(state, id, state);
  return sum;
}

std::string reason(const std::vector<std::byte>& bytes) {
  return failure([&] { model_at(bytes, nullptr, "m"); }, Exit::damaged);
}

}  // namespace

TEST_CASE("A model file holds what was written", "[ngram][model]") {
  const Folder folder;
  for (const int order : {1, 2, 4}) {
    Tables tables = random_tables(order, 30, 300, 5);
    tables.about = {Unit::chars, -0.5F, "{\"made\": \"of\"}"};
    write_model(folder / "m", tables);
    const Model model = Model::open(folder / "m");
    check_same(model, tables);
    CHECK(model.about().unit == Unit::chars);
    CHECK(model.about().absent_bow == -0.5F);
    CHECK(model.about().made == "{\"made\": \"of\"}");
    check_same(Model::of(tables), tables);
    check_same(model, model.tables());
    CHECK_NOTHROW(verify_model(folder / "m"));
  }
  CHECK(folder.list() == std::vector<std::string>{"m"});
}

TEST_CASE("Levels may be empty, and packed numbers cross blocks", "[ngram][model]") {
  check_same(Model::of(random_tables(3, 5, 0, 1)), random_tables(3, 5, 0, 1));
  const Tables tables = random_tables(2, 700, 40000, 1);  // more than a chunk of 32,768
  REQUIRE(tables.levels[1].word.size() > 32768);
  const Model model = Model::of(tables);
  std::size_t wrong = 0;
  for (Node i = 0; i < model.count(2); ++i) wrong += model.word(2, i) != tables.levels[1].word[i];
  CHECK(wrong == 0);
}

TEST_CASE("The same tables give the same bytes for any number of threads", "[ngram][model]") {
  const Tables tables = random_tables(3, 300, 40000, 2);
  for (const Values values : {Values::exact, Values::quantized}) {
    const auto one = bytes_of(tables, values);
    set_threads(3);
    CHECK((bytes_of(tables, values) == one));
    set_threads(1);
  }
}

TEST_CASE("Quantized values are few, near, and exact where it matters", "[ngram][model]") {
  Tables tables = random_tables(3, 200, 20000, 3);
  tables.levels[1].log10_p[5] = log_zero;
  tables.levels[1].log10_bow[7] = 0.0F;
  tables.levels[1].log10_bow[8] = -0.0F;
  const Model model = Model::of(tables, Values::quantized);
  CHECK(model.values() == Values::quantized);
  CHECK(model.log10_p(2, 5) == log_zero);
  CHECK((model.log10_bow(2, 7) == 0 && !std::signbit(model.log10_bow(2, 7))));
  CHECK((model.log10_bow(2, 8) == 0 && std::signbit(model.log10_bow(2, 8))));
  float worst = 0;
  for (Node i = 0; i < model.count(3); ++i) {
    worst = std::max(worst, std::abs(model.log10_p(3, i) - tables.levels[2].log10_p[i]));
  }
  CHECK(worst < 4.0F / 256 * 2);  // of numbers spread evenly over [-4, 0]
  for (Node i = 0; i < model.count(1); ++i) {
    CHECK(model.log10_p(1, i) == tables.levels[0].log10_p[i]);
  }
}

TEST_CASE("A quantizer keeps up to 256 different values", "[ngram][model]") {
  std::vector<float> values;
  for (int i = 0; i < 2000; ++i) values.push_back(static_cast<float>(i % 255) * -0.3F);
  const std::array<float, 1> exact = {-99};
  const Quantizer quantizer(values, exact);
  for (const float v : values) CHECK(quantizer.table()[quantizer.code(v)] == v);
  CHECK(quantizer.code(-99) == 0);
}

TEST_CASE("What is no model file is said in a sentence", "[ngram][model]") {
  const Folder folder;
  const auto refusal = [&folder](const std::string& name, Exit exit) {
    return failure([&] { Model::open(folder / name); }, exit);
  };
  CHECK(refusal("none", Exit::usage) ==
        "there is no model '" + (folder / "none") +
            "': name a file of `dlt ngram train`, an ARPA file or a run folder");
  std::filesystem::create_directories(folder / "run");
  CHECK(refusal("run", Exit::usage) ==
        "'" + (folder / "run") + "' is no run of an n-gram model: it has no last/model.ngram");
  write_file(folder / "empty", "");
  CHECK(refusal("empty", Exit::damaged) ==
        "'" + (folder / "empty") + "' is empty: a model is needed");
  write_file(folder / "png", std::string("\x89PNG\r\n\x1a\n\0\0\0", 11));
  CHECK(refusal("png", Exit::damaged) ==
        "'" + (folder / "png") + "' is neither a model file of dlt's nor an ARPA file");
  write_file(folder / "kenlm",
             std::string("mmap lm http://kheafield.com/code format version 5\n\0", 52));
  CHECK(refusal("kenlm", Exit::damaged) ==
        "'" + (folder / "kenlm") +
            "' is a binary file of KenLM's: give the ARPA file that it was made from");
  std::filesystem::create_directories(folder / "run/last");
  write_model(folder / "run/last/model.ngram", random_tables(2, 5, 20, 1));
  CHECK(Model::open(folder / "run").order() == 2);
}

TEST_CASE("A damaged model file is recognized", "[ngram][model]") {
  const auto whole = bytes_of(random_tables(3, 6, 40, 1));
  auto bytes = whole;
  bytes.resize(100);
  CHECK(reason(bytes) ==
        "'m' is cut off: a model file that ends after 100 bytes; copy or make it again");
  bytes = whole;
  bytes.pop_back();
  CHECK_THAT(reason(bytes), StartsWith("'m' is cut off: "));
  bytes = whole;
  bytes.emplace_back();
  CHECK(reason(bytes) == "'m' has 1 bytes behind its end: copy or make the file again");
  bytes = whole;
  bytes[16] = std::byte{2};
  CHECK(reason(bytes) ==
        "'m' has version 2 of the model format, this dlt reads version 1: use a newer dlt");
  bytes = whole;
  bytes[48] ^= std::byte{1};
  CHECK(reason(bytes) == "the header of 'm' is damaged: copy or make the file again");
}

TEST_CASE("Damage behind the header is found by reading all of the file", "[ngram][model]") {
  const Folder folder;
  const auto whole = bytes_of(random_tables(3, 6, 40, 1));
  const auto header = read_header(whole, "m");
  const auto damaged = [&](std::size_t section) {
    auto bytes = whole;
    bytes[header.sections[section].offset] ^= std::byte{4};
    write_file(folder / "m", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return failure([&] { verify_model(folder / "m"); }, Exit::damaged);
  };
  const std::string name = "'" + (folder / "m") + "'";
  CHECK(damaged(1) == name + " is damaged: the words are not what was written");
  CHECK(damaged(7) ==
        name + " is damaged: the first words of the 2-grams are not what was written");
  CHECK(damaged(header.sections.size() - 1) ==
        name + " is damaged: the checksums are not what was written");
}

TEST_CASE("No byte of a model file can make dlt read beside it", "[ngram][model]") {
  for (const Values values : {Values::exact, Values::quantized}) {
    const auto whole = bytes_of(random_tables(3, 6, 30, 1), values);
    int opened = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int flip : {1, 0x80, 0xFF}) {
        auto bytes = whole;
        bytes[i] ^= static_cast<std::byte>(flip);
        try {
          const Model model = model_at(bytes, nullptr, "m");
          ask(model);
          ++opened;
          ask(Model::of(model.tables()));
        } catch (const Error& e) {
          CHECK(e.exit() == Exit::damaged);
        }
      }
    }
    CHECK(opened > 1000);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      auto bytes = std::vector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK_THAT(reason(bytes), StartsWith("'m' is cut off: "));
    }
  }
}

}  // namespace dlt::test
