#include <catch2/catch.hpp>
#include <zlib.h>

#include "base/file.h"
#include "data/encode_pairs.h"
#include "data/pair_set.h"
#include "data/text_source.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::data {
namespace {

using Ids = std::vector<std::int32_t>;
using Lines = std::vector<std::string>;

std::unique_ptr<PairSet> set_of(const std::string& json) {
  auto r = config::Reader::parse_text(json, "c.json");
  auto made = make_parallel(r);
  r.done();
  return made;
}

// Two files in a folder, and what becomes of them.
struct Files {
  Files(const std::string& source, const std::string& target) {
    write_file(folder / "a.en", source);
    write_file(folder / "a.zh", target);
  }
  std::string config(const std::string& more = "") const {
    return R"({"source": ")" + (folder / "a.en") + R"(", "target": ")" + (folder / "a.zh") + "\"" +
           more + "}";
  }
  std::string refusal() const {
    return cut(test::failure(
        [&] { read_parallel("data.source", folder / "a.en", "data.target", folder / "a.zh"); },
        Exit::data));
  }
  std::string cut(std::string message) const {  // without the folder's name
    for (std::size_t at; (at = message.find(folder.path() + "/")) != message.npos;) {
      message.erase(at, folder.path().size() + 1);
    }
    return message;
  }
  test::Folder folder;
};

void gzip(const std::string& path, const std::string& text) {
  gzFile file = ::gzopen(path.c_str(), "wb");
  ::gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(file);
}

const auto no_stage = [](double) {};

PairVocabulary bytes() { return {text::make_bytes(), std::nullopt}; }

}  // namespace

TEST_CASE("two files, line by line", "[pairs]") {
  const Files files("one\r\ntwo\n\n three", "一\n二\n三\n四\n");
  const TextPairs pairs = set_of(files.config())->all();
  CHECK(pairs.source == Lines{"one", "two", "", " three"});
  CHECK(pairs.target == Lines{"一", "二", "三", "四"});
  CHECK(pairs.lines == std::vector<std::int64_t>{1, 2, 3, 4});
}

TEST_CASE("one file with tabs, plain and gzip", "[pairs]") {
  const test::Folder folder;
  write_file(folder / "a.tsv", "one\t一\ntwo\t二\n");
  gzip(folder / "a.tsv.gz", "one\t一\ntwo\t二\n");
  for (const char* name : {"a.tsv", "a.tsv.gz"}) {
    const TextPairs pairs = set_of(R"({"pairs": ")" + (folder / name) + "\"}")->all();
    CHECK(pairs.source == Lines{"one", "two"});
    CHECK(pairs.target == Lines{"一", "二"});
  }
}

TEST_CASE("what is wrong with parallel files is said with file and line", "[pairs]") {
  CHECK(Files("a\nb\n", "c\n").refusal() ==
        "'a.en' has 2 lines and 'a.zh' has 1: each line of one must be the translation of the same "
        "line of the other");
  CHECK(Files("a\nb\xE9\n", "c\nd\n").refusal() ==
        "a.en:2:2: byte 0xE9 is not UTF-8; convert the file first, for example with iconv -f "
        "ISO-8859-1 -t UTF-8");
  CHECK(Files("a\n", "").refusal() == "a.zh: the file is empty; UTF-8 text is needed");
  const Files files("a\n", "b\n");
  CHECK(test::failure([&] { read_parallel("data.source", "nope", "data.target", "nope"); },
                      Exit::data) ==
        "data.source: there is no file 'nope' (paths start at the folder that dlt is run in)");
  const auto tsv = [&](const std::string& text) {
    write_file(files.folder / "a.tsv", text);
    return files.cut(
        test::failure([&] { read_tsv("data.pairs", files.folder / "a.tsv"); }, Exit::data));
  };
  CHECK(tsv("a\tb\nc d\n") ==
        "a.tsv:2: expected source<TAB>target, got 0 tabs; a file of one side alone needs the other "
        "beside it");
  CHECK(tsv("a\tb\tc\n") ==
        "a.tsv:1: expected source<TAB>target, got 2 tabs; a file of one side alone needs the other "
        "beside it");
  gzip(files.folder / "b.gz", std::string(5000, 'a'));
  const std::string packed = read_file(files.folder / "b.gz", Exit::failed);
  write_file(files.folder / "b.gz", packed.substr(0, packed.size() - 9));
  CHECK(files.cut(test::failure([&] { read_tsv("--data", files.folder / "b.gz"); }, Exit::data)) ==
        "cannot read 'b.gz': the compressed data end early");
}

TEST_CASE("a config names both files or one", "[pairs]") {
  const auto refusal = [](const std::string& json) {
    return test::failure([&] { set_of(json); }, Exit::usage);
  };
  CHECK(refusal(R"({"source": "a"})") == "c.json:1:12: /source: is of no use without target");
  CHECK(refusal(R"({"source": "a", "target": "b", "pairs": "c"})") ==
        "c.json:1:41: /pairs: give source and target, or pairs alone");
  CHECK(refusal(R"({"valid_target": "a"})") ==
        "c.json:1:18: /valid_target: is of no use without valid_source");
  CHECK(refusal(R"({"tokenizer": {"name": "ids", "vocab_size": 9, "pad": 3, "end": 3}})") ==
        "c.json:1:65: /tokenizer/end: pad and end must be two ids");
  CHECK_FALSE(set_of("{}")->has_text());
}

TEST_CASE("pairs are held out by number or in files of their own", "[pairs]") {
  std::string source, target;
  for (int i = 0; i < 100; ++i) {
    source += std::to_string(i) + "\n";
    target += "x" + std::to_string(i) + "\n";
  }
  const Files files(source, target);
  const auto set = set_of(files.config(R"(, "valid_fraction": 0.2)"));
  const PairSplit split = set->split(set->all());
  CHECK(split.train.size() == 80);
  CHECK(split.valid.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(split.valid.target[i] == "x" + split.valid.source[i]);
    CHECK(std::to_string(split.valid.lines[i] - 1) == split.valid.source[i]);
  }
  write_file(files.folder / "v.tsv", "a\tb\n");
  const auto other =
      set_of(files.config(R"(, "valid_pairs": ")" + (files.folder / "v.tsv") + "\""));
  const PairSplit own = other->split(other->all());
  CHECK(own.train.size() == 100);
  CHECK(own.valid.source == Lines{"a"});
}

TEST_CASE("one BPE is learned from both sides", "[pairs]") {
  const Files files("low lower lowest\nlow lower\n", "新 新的 新的\n新 新的\n");
  const auto set = set_of(files.config(R"(, "tokenizer": {"vocab_size": 264})"));
  const TextPairs texts = set->all();
  const PairVocabulary v(set->make_tokenizer(&texts), set->marks());
  CHECK(v.tokenizer->name() == "bpe");
  CHECK(v.marks.pad == 0);
  CHECK(v.marks.end == 1);
  CHECK(v.size == 264);
  CHECK(v.encode("low", "x").size() == 1);
  CHECK(v.encode("新", "x").size() == 1);
  CHECK(v.has_mark(v.encode("a</s>", "x")));
  CHECK(v.decode(v.encode("low 新的", "x")) == "low 新的");
}

TEST_CASE("marks follow the ids of a vocabulary that has none", "[pairs]") {
  const PairVocabulary v = bytes();
  CHECK(v.size == 258);
  CHECK(v.marks.pad == 256);
  CHECK(v.marks.end == 257);
  CHECK(v.decode({72, 105, 10, 72, 257, 32}) == "Hi H");
  CHECK(v.decode({0xE6, 0x96}) == "\xEF\xBF\xBD");
  const Files files("ab\n", "ba\n");
  const auto set = set_of(files.config(R"(, "tokenizer": {"name": "chars"})"));
  const TextPairs texts = set->all();
  const PairVocabulary chars(set->make_tokenizer(&texts), set->marks());
  CHECK(chars.tokenizer->size() == 3);  // with the line end
  CHECK(chars.size == 5);
  CHECK(test::failure([&] { chars.encode("abc", "f.en:7"); }, Exit::data) ==
        "f.en:7, column 3: the character 'c' (U+0063) is not among the 3 of the vocabulary, which "
        "are those of the text it was made from");
}

TEST_CASE("ids without text have the marks that the config names", "[pairs]") {
  const auto set =
      set_of(R"({"tokenizer": {"name": "ids", "vocab_size": 20, "pad": 19, "end": 0}})");
  const PairVocabulary v(set->make_tokenizer(nullptr), set->marks());
  CHECK(v.size == 20);
  CHECK(v.marks.pad == 19);
  CHECK(v.marks.end == 0);
  CHECK(v.decode({3, 4}) == "3 4");
  CHECK(test::failure([&] { v.encode("3 x", "line 4"); }, Exit::data) ==
        "line 4: this model has no tokenizer, so text is written as numbers from 0 to 19 with "
        "spaces between them; 'x' is not one");
}

TEST_CASE("pairs that are of no use are counted and named", "[pairs]") {
  TextPairs texts;
  texts.source_file = "a.en";
  texts.target_file = "a.zh";
  texts.add("ab", "c", 1);
  texts.add(" ", "c", 2);
  texts.add("abcde", "c", 3);
  texts.add("c", "", 4);
  texts.add("abcd", "abcd", 5);
  const EncodedPairs all = encode_pairs(texts, bytes(), 4, no_stage);
  CHECK(all.pairs.size() == 2);
  CHECK(all.places == std::vector<std::size_t>{0, 4});
  CHECK(all.pairs[0].source == Ids{97, 98});
  CHECK(all.left_out ==
        Lines{"left out 2 of 5 pairs with an empty side, the first at a.en:2",
              "left out 1 of 5 pairs with a side of more than 4 tokens (data.longest), the first "
              "at a.en:3"});
  CHECK(encode_pairs(texts, bytes(), 5, no_stage).pairs.size() == 3);
  TextPairs numbers;
  numbers.source_file = "n";
  numbers.add("1 2", "1", 1);
  numbers.add("1 2", "3", 2);
  const PairVocabulary ids(make_ids(5), Marks{0, 2});
  CHECK(test::failure([&] { encode_pairs(numbers, ids, 5, no_stage); }, Exit::data) ==
        "'n': not one pair can be used: left out 2 of 2 pairs with a side that holds the marks of "
        "the vocabulary, the first at n:1");
}

TEST_CASE("sequences are copied, reversed or sorted", "[pairs]") {
  const auto of = [](const std::string& json) {
    auto r = config::Reader::parse_text(json, "c.json");
    auto made = make_sequence_task(r);
    r.done();
    return made;
  };
  const auto numbers = [](const std::string& line) { return make_ids(1000)->encode(line); };
  for (const std::string& task : Lines{"copy", "reverse", "sort"}) {
    const auto set = of(R"({"task": ")" + task +
                        R"(", "symbols": 20, "length": 9, "min_length": 4, "pairs": 200,
                            "valid_pairs": 30})");
    const PairSplit split = set->split(set->all());
    CHECK(split.train.size() == 200);
    CHECK(split.valid.size() == 30);
    CHECK(split.train.source != of(R"({"symbols": 20, "seed": 2, "pairs": 200})")->all().source);
    for (std::size_t i = 0; i < 200; ++i) {
      Ids source = numbers(split.train.source[i]);
      CHECK(source.size() >= 4);
      CHECK(source.size() <= 9);
      CHECK(std::ranges::all_of(source, [](int n) { return n >= 1 && n <= 20; }));
      if (task == "reverse") std::ranges::reverse(source);
      if (task == "sort") std::ranges::sort(source);
      CHECK(source == numbers(split.train.target[i]));
    }
    const PairVocabulary v(set->make_tokenizer(nullptr), set->marks());
    CHECK(v.size == 22);
    CHECK(v.marks.pad == 0);
    CHECK(v.marks.end == 21);
    CHECK(set->longest == 9);
  }
  const auto first = of(R"({"first": 1})");
  for (const std::string& line : first->all().source) CHECK(numbers(line).front() == 1);
}

}  // namespace dlt::data
