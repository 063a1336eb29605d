#include "text/bpe.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "support/paths.h"
#include "support/random_text.h"
#include "text/byte_alphabet.h"
#include "text/merge_table.h"

using namespace dlt;
using Ids = std::vector<std::int32_t>;

namespace {

const std::string golden = test::in_source("tests/golden/bpe/");

std::unique_ptr<text::Tokenizer> small_bpe() {
  return text::train_bpe(read_file(golden + "train.txt", Exit::data), {600, 2, {"<|end|>"}});
}

// The definition, quadratic: join the best pair, look again.
Ids merged_slowly(Ids word, const std::vector<text::Merge>& pairs, const Ids& results) {
  while (true) {
    std::size_t best = pairs.size(), place = 0;
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
      const auto found = std::ranges::find(pairs, text::Merge{word[i], word[i + 1]});
      const auto rank = static_cast<std::size_t>(found - pairs.begin());
      if (rank < best) best = rank, place = i;
    }
    if (best == pairs.size()) return word;
    word[place] = results[best];
    word.erase(word.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

}  // namespace

TEST_CASE("the byte alphabet is that of GPT-2", "[text]") {
  CHECK(text::symbol_of('A') == "A");
  CHECK(text::symbol_of(' ') == "\u0120");
  CHECK(text::symbol_of('\n') == "\u010A");
  CHECK(text::symbol_of(0xAD) == "\u0143");
  std::set<std::string_view> symbols;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string bytes(1, static_cast<char>(byte));
    symbols.insert(text::symbol_of(static_cast<std::uint8_t>(byte)));
    CHECK(text::unspell(text::spell(bytes)) == bytes);
  }
  CHECK(symbols.size() == 256);
  CHECK_FALSE(text::unspell("a b").has_value());
  CHECK_FALSE(text::unspell("中").has_value());
}

TEST_CASE("merges of short and of long words follow the definition", "[text]") {
  Rng rng(11);
  for (int round = 0; round < 40; ++round) {
    std::vector<text::Merge> pairs;
    Ids results;
    for (std::int32_t next = 4; next < 30; ++next) {
      const text::Merge pair(rng.below(next), rng.below(next));
      if (std::ranges::find(pairs, pair) != pairs.end()) continue;
      pairs.push_back(pair);
      results.push_back(next);
    }
    const text::MergeTable table(pairs, results);
    for (std::size_t length : {0, 1, 2, 7, 39, 40, 41, 300}) {
      Ids word(length);
      for (std::int32_t& id : word) id = static_cast<std::int32_t>(rng.below(4));
      Ids quick = word;
      table.apply(quick);
      CHECK(quick == merged_slowly(word, pairs, results));
    }
  }
}

TEST_CASE("BPE gives back any text and any bytes", "[text]") {
  const auto bpe = small_bpe();
  Rng rng(7);
  for (int i = 0; i < 100; ++i) {
    const std::string text = test::random_text(rng, 200);
    CHECK(bpe->decode(bpe->encode(text)) == text);
  }
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(rng.below(256));
  CHECK(bpe->decode(bpe->encode(bytes)) == bytes);
  CHECK(bpe->encode("").empty());
}

TEST_CASE("ids of a text do not depend on what was encoded before, or on threads", "[text]") {
  const auto used = small_bpe(), fresh = small_bpe();
  const std::string text = read_file(golden + "train.txt", Exit::data);
  const Ids first = used->encode(text);
  CHECK(used->encode(text) == first);
  std::vector<Ids> got(4);
  std::vector<std::thread> threads;
  for (Ids& ids : got) threads.emplace_back([&] { ids = fresh->encode(text); });
  for (std::thread& t : threads) t.join();
  for (const Ids& ids : got) CHECK(ids == first);
}

TEST_CASE("a special token is one id wherever it stands, the longest first", "[text]") {
  const auto bpe = text::train_bpe("a b a b", {260, 2, {"<s>", "<s>>", "中"}});
  CHECK(bpe->encode("<s>") == Ids{0});
  CHECK(bpe->encode("<s>>") == Ids{1});
  CHECK(bpe->encode("<s><s>>中") == Ids{0, 1, 2});
  CHECK(bpe->encode("a<s>") == Ids{bpe->encode("a")[0], 0});
  CHECK(bpe->encode("<s").size() == 2);
  CHECK(bpe->decode(Ids{0, 2, 1}) == "<s>中<s>>");
}

TEST_CASE("a word of a megabyte takes no longer than other text", "[text]") {
  const auto bpe = small_bpe();
  std::string word;
  Rng rng(1);
  for (int i = 0; i < 1000000; ++i) word += static_cast<char>('a' + rng.below(26));
  const Ids ids = bpe->encode(word);  // would take hours if it were quadratic
  CHECK(ids.size() < word.size());
  CHECK(bpe->decode(ids) == word);
}

TEST_CASE("training breaks ties towards the smaller ids", "[text]") {
  // ab, cd and ef are equally frequent; ids rise with the letters.
  const auto bpe = text::train_bpe("ef cd ab ef cd ab", {259, 2, {}});
  const auto merges = nlohmann::json::parse(bpe->json())["model"]["merges"];
  CHECK(merges == nlohmann::json{"a b", "c d", "e f"});
}

TEST_CASE("training stops at the least frequency", "[text]") {
  CHECK(text::train_bpe("abc abd", {8192, 2, {}})->size() == 257);  // "ab"
  CHECK(text::train_bpe("abc abd", {8192, 3, {}})->size() == 256);
  CHECK(text::train_bpe("", {8192, 0, {}})->size() == 256);
}

TEST_CASE("a merge that spells a token there is already keeps its id", "[text]") {
  const auto bpe = text::train_bpe("abc abc", {258, 2, {"ab"}});
  const auto model = nlohmann::json::parse(bpe->json())["model"];
  CHECK(model["merges"] == nlohmann::json{"a b", "ab c"});
  CHECK(model["vocab"]["ab"] == 0);
  CHECK(model["vocab"]["abc"] == 257);
}

TEST_CASE("impossible settings of BPE are refused", "[text][errors]") {
  const auto train = [](std::int64_t size, std::vector<std::string> special) {
    return text::train_bpe("text", {size, 2, std::move(special)});
  };
  CHECK_THROWS_WITH(train(256, {"<s>"}),
                    "vocab_size is 256; 257 .. 16777215 is possible: 256 bytes and the special "
                    "tokens (1) always have an id");
  CHECK_THROWS_WITH(text::train_bpe("text", {300, -1, {}}),
                    "min_frequency is -1; 0 or more is possible");
  CHECK_THROWS_WITH(train(300, {""}), "a special token is empty; it needs at least a character");
  CHECK_THROWS_WITH(train(300, {"\xFF"}), "a special token is not UTF-8");
  CHECK_THROWS_WITH(train(300, {"<s>", "<s>"}), "the special token '<s>' is given twice");
  CHECK_THROWS_WITH(
      train(300, {"a"}),
      "the special token 'a' is the name of a byte; it needs at least two characters");
}

TEST_CASE("an id outside the vocabulary is refused", "[text][errors]") {
  const auto bpe = text::train_bpe("text", {256, 2, {}});
  CHECK_THROWS_WITH(bpe->decode(256), "token id 256 is outside the vocabulary, 0 .. 255");
  CHECK_THROWS_WITH(bpe->decode(-1), "token id -1 is outside the vocabulary, 0 .. 255");
  CHECK_THROWS_WITH(text::make_bytes()->decode(256), "token id 256 is not a byte, 0 .. 255");
  CHECK_THROWS_WITH(text::make_chars("ab")->decode(2),
                    "token id 2 is outside the vocabulary, 0 .. 1");
}
