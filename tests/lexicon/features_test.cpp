#include "lexicon/features.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"

using namespace dlt;
using namespace dlt::lexicon;
using dlt::test::failure;
using dlt::test::Folder;

namespace {

std::vector<std::string> grams_of(const GramSettings& settings, std::string_view line) {
  std::vector<std::string> found;
  GramCutter grams(settings);
  grams.each(line, [&](std::string_view gram) { found.emplace_back(gram); });
  return found;
}

std::string file(const Folder& folder, const std::string& name, std::string_view text) {
  write_file(folder / name, text);
  return folder / name;
}

KeyList keys_of(const std::string& path, const GramSettings& settings,
                const KeyLimits& limits = {}) {
  Lines lines({path}, Labels::none);
  return count_keys(lines, settings, limits);
}

std::vector<std::string> names(const KeyList& keys) {
  std::vector<std::string> all;
  for (std::uint32_t i = 0; i < keys.grams.size(); ++i) all.emplace_back(keys.grams.gram(i));
  return all;
}

SparseRow row_of(const KeyList& keys, FeatureValues values, std::string_view text) {
  SparseRow row;
  Featurizer(keys, values).row(text, row);
  return row;
}

using Names = std::vector<std::string>;
using ngram::Unit;

}  // namespace

TEST_CASE("a line is cut into n-grams of words, characters and bytes", "[lexicon][features]") {
  CHECK(grams_of({Unit::words, 1, 2, false}, " The  cat\tsat\r") ==
        Names{"The", "The cat", "cat", "cat sat", "sat"});
  CHECK(grams_of({Unit::words, 2, 3, true}, "The CAT Été") ==
        Names{"the cat", "the cat été", "cat été"});
  CHECK(grams_of({Unit::chars, 2, 2, false}, "我 刚\t吃") == Names{"我▁", "▁刚", "刚▁", "▁吃"});
  CHECK(grams_of({Unit::bytes, 1, 2, false}, "é ") == Names{"Ã", "Ã©", "©", "©Ġ", "Ġ"});
  CHECK(grams_of({Unit::words, 3, 9, false}, "a b").empty());
  CHECK(grams_of({Unit::words, 1, 1, true}, "A\xFF\xC3").front() == "a\xFF\xC3");
}

TEST_CASE("lengths of n-grams are one number or a range", "[lexicon][features]") {
  GramSettings s;
  for (const auto& [text, shortest, longest] :
       {std::tuple{"3", 3, 3}, std::tuple{"1-4", 1, 4}, std::tuple{"2-2", 2, 2}}) {
    parse_lengths(text, s);
    CHECK(s.shortest == shortest);
    CHECK(s.longest == longest);
  }
  CHECK(lengths_text({Unit::words, 1, 4, false}) == "1-4");
  for (const char* bad : {"", "0", "10", "3-1", "1-", "-2", "1-2-3", "1-10", "a", "1 - 2"}) {
    CHECK(failure([&] { parse_lengths(bad, s); }, Exit::usage) ==
          "--n: expected a length from 1 to 9 or a range such as 1-3, got '" + std::string(bad) +
              "'");
  }
}

TEST_CASE("the key list has the frequent n-grams by count, then by bytes", "[lexicon][features]") {
  const Folder folder;
  const std::string text = file(folder, "t.txt", "b a b\n\na c\nb a c\n");
  const KeyList all = keys_of(text, {Unit::words, 1, 2, false});
  CHECK(names(all) == Names{"a", "b", "a c", "b a", "c", "a b"});
  CHECK(all.counts == std::vector<std::uint64_t>{3, 3, 2, 2, 2, 1});
  CHECK(all.in_lines == std::vector<std::uint64_t>{3, 2, 2, 2, 2, 1});
  CHECK(all.lines == 4);
  CHECK(names(keys_of(text, {Unit::words, 1, 2, false}, {2, 0})).size() == 5);
  CHECK(names(keys_of(text, {Unit::words, 1, 2, false}, {1, 3})) == Names{"a", "b", "a c"});
}

TEST_CASE("what is no key list says why", "[lexicon][features]") {
  const Folder folder;
  const std::string text = file(folder, "t.txt", "b a b\na c\n"), none = file(folder, "0.txt", "");
  CHECK(failure(
            [&] {
              keys_of(text, {}, {3, 0});
            },
            Exit::data) ==
        "no n-gram occurs 3 times or more, the most frequent 2: lower --min-count");
  CHECK(failure([&] { keys_of(none, {}); }, Exit::data) == "there is no text to count n-grams in");
  CHECK(failure(
            [&] {
              keys_of(text, {Unit::words, 4, 5, false});
            },
            Exit::data) ==
        "the text has no n-grams of length 4-5: its lines are shorter; lower --n");
}

TEST_CASE("a key list comes back from its file", "[lexicon][features]") {
  const Folder folder;
  const std::string text = file(folder, "t.txt", "B a\tb\na c\n"), list = folder / "k.txt";
  const KeyList keys = keys_of(text, {Unit::chars, 1, 3, true});
  write_keys(list, keys);
  const KeyList back = read_keys(list, {}, {});
  CHECK(back.settings == keys.settings);
  CHECK(back.lines == 2);
  CHECK(names(back) == names(keys));
  CHECK(back.counts == keys.counts);
  CHECK(back.in_lines == keys.in_lines);
  CHECK(keys_text(back) == keys_text(keys));
}

TEST_CASE("any list of n-grams is a key list", "[lexicon][features]") {
  const Folder folder;
  const auto read = [&](std::string_view text, const GramSettings& s) {
    return names(read_keys(file(folder, "k.txt", text), s, {}));
  };
  CHECK(read("The  Cat\r\n\nsat\t7\n", {Unit::words, 1, 2, true}) == Names{"the cat", "sat"});
  CHECK(read("e n", {Unit::chars, 1, 3, false}) == Names{"e▁n"});
}

TEST_CASE("a key list that does not fit is refused", "[lexicon][features]") {
  const Folder folder;
  const std::string k = folder / "k.txt";
  const auto refusal = [&](std::string_view text, Exit exit, const GramSettings& s = {},
                           const Given& given = {}) {
    write_file(k, text);
    return failure([&] { read_keys(k, s, given); }, exit);
  };
  const std::string head = "#dlt-keys\tchars\t1-2\tas-is\t3\n";
  CHECK(
      refusal(head + "a\t1\t1\n", Exit::usage, {Unit::words, 1, 2, false}, {true, false, false}) ==
      "--unit words does not fit the key list '" + k +
          "', which was made with chars: leave --unit out, or make a new list");
  CHECK(refusal(head + "a\t1\t1\n", Exit::usage, {Unit::chars, 1, 3, false}, {true, true, false}) ==
        "--n 1-3 does not fit the key list '" + k +
            "', which was made with 1-2: leave --n out, or make a new list");
  CHECK(refusal(head + "a\t1\t1\n", Exit::usage, {Unit::chars, 1, 2, true}, {true, true, true}) ==
        "--lower lower does not fit the key list '" + k +
            "', which was made with as-is: leave --lower out, or make a new list");
  CHECK(refusal("", Exit::data) == "'" + k + "' has no n-grams in it");
  CHECK(refusal(head, Exit::data) == "'" + k + "' has no n-grams in it");
  CHECK(refusal("a\nb\na\n", Exit::data) == k + ":3: 'a' is there twice");
  CHECK(refusal("a\na b c\n", Exit::data) ==
        k + ":2: 'a b c' is an n-gram of 3 words, but --n is 1-2");
  CHECK(refusal(head + "a\tx\t1\n", Exit::data) ==
        k + ":2: expected gram<TAB>count<TAB>lines, got 'a\tx\t1'");
  CHECK(refusal(head + "a\n", Exit::data) == k + ":2: expected gram<TAB>count<TAB>lines, got 'a'");
  CHECK(refusal("#dlt-keys\twords\n", Exit::data) ==
        k + ":1: expected 5 columns in the first line, got 2");
  CHECK(refusal("#dlt-keys\tletters\t1\tas-is\t3\n", Exit::data) ==
        k + ":1: expected words, chars or bytes, got 'letters'");
  CHECK(refusal("#dlt-keys\twords\t0\tas-is\t3\n", Exit::data) ==
        k + ":1: expected lengths such as 1-3, got '0'");
  CHECK(refusal("#dlt-keys\twords\t1\tas-is\t\n", Exit::data) ==
        k + ":1: expected a number of lines, got ''");
}

TEST_CASE("a text is a row of counts, of ones or of tf-idf values", "[lexicon][features]") {
  const Folder folder;
  const KeyList keys =
      keys_of(file(folder, "t.txt", "a a b\na c\n"), {Unit::words, 1, 1, false});  // a b c
  const SparseRow counts = row_of(keys, FeatureValues::counts, "c x a c a c");
  CHECK(counts.columns == std::vector<std::int32_t>{0, 2});
  CHECK(counts.values == std::vector<float>{2, 3});
  CHECK(row_of(keys, FeatureValues::binary, "c x a c").values == std::vector<float>{1, 1});
  CHECK(row_of(keys, FeatureValues::tfidf, "x y").columns.empty());
  // scikit-learn 1.2, TfidfVectorizer().fit(["a a b", "a c"]).transform(["a a b"]), token_pattern
  // \S+
  const SparseRow tfidf = row_of(keys, FeatureValues::tfidf, "a a b");
  CHECK(tfidf.values[0] == Approx(0.8181802));
  CHECK(tfidf.values[1] == Approx(0.5749618));
  const KeyList plain = read_keys(file(folder, "k.txt", "a\n"), {}, {});
  CHECK(failure([&] { Featurizer(plain, FeatureValues::tfidf); }, Exit::usage) ==
        "tf-idf needs a key list with counts, as --keys-out writes it");
}

TEST_CASE("rows are written as svmlight text", "[lexicon][features]") {
  const Folder folder;
  const auto written = [&](const std::vector<std::string>& labels) {
    const auto out = new_matrix_file(folder / "m.svm", 3, labels);
    out->add({{0, 2}, {2, 0.5F}}, 1);
    out->add({}, 0);
    out->commit();
    return read_file(folder / "m.svm", Exit::data);
  };
  CHECK(written({}) == "0 1:2 3:0.5\n0\n");
  CHECK(written({"ham", "spam"}) == "1 1:2 3:0.5\n0\n");
  CHECK(written({"-1", "7"}) == "7 1:2 3:0.5\n-1\n");
  CHECK(failure([&] { new_matrix_file("m.csv", 3, {}); }, Exit::usage) ==
        "cannot tell the format of 'm.csv': end it in .npz, .svm, .libsvm or .txt");
}

TEST_CASE("rows are written as a CSR matrix for SciPy", "[lexicon][features]") {
  const Folder folder;
  const auto out = new_matrix_file(folder / "m.npz", 3, {"ham", "spam"});
  out->add({{0, 2}, {2, 0.5F}}, 1);
  out->add({{1}, {1}}, 0);
  out->commit();
  const std::string zip = read_file(folder / "m.npz", Exit::data);
  const auto array = [&](const std::string& name) {  // header and values
    const std::size_t at = zip.find(name + ".npy") + name.size() + 4;
    return zip.substr(at, 192);
  };
  const auto holds = [](const std::string& where, const auto& values) {
    return where.find(std::string(reinterpret_cast<const char*>(&values), sizeof(values))) !=
           std::string::npos;
  };
  CHECK(array("data").find("'<f4', 'fortran_order': False, 'shape': (3, )") != std::string::npos);
  CHECK(holds(array("data"), std::array<float, 3>{2, 0.5F, 1}));
  CHECK(holds(array("indices"), std::array<std::int32_t, 3>{0, 2, 1}));
  CHECK(holds(array("indptr"), std::array<std::int32_t, 3>{0, 2, 3}));
  CHECK(holds(array("shape"), std::array<std::int64_t, 2>{2, 3}));
  CHECK(holds(array("labels"), std::array<std::int32_t, 2>{1, 0}));
  CHECK(array("format").find("'|S3', 'fortran_order': False, 'shape': ()") != std::string::npos);
  CHECK(array("format").find("\ncsr") != std::string::npos);
}

TEST_CASE("many n-grams keep their numbers", "[lexicon][features]") {
  GramTable table;
  for (std::uint32_t i = 0; i < 20000; ++i) CHECK(table.add(std::to_string(i)) == i);
  for (std::uint32_t i = 0; i < 20000; ++i) CHECK(table.find(std::to_string(i)) == i);
  CHECK(table.add("77") == 77);
  CHECK(table.gram(77) == "77");
  CHECK(table.find("x") == GramTable::absent);
  CHECK(table.size() == 20000);
}
