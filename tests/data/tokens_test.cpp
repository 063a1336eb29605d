#include "data/tokens.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/error.h"
#include "data/text_source.h"
#include "support/folder.h"

using namespace dlt;

namespace {

data::Tokens counting(std::int32_t n, std::int64_t vocab) {
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < n; ++i) ids.push_back(i);
  return data::Tokens::of_ids(ids, vocab);
}

}  // namespace

TEST_CASE("ids survive being packed in one, two and four bytes", "[data]") {
  const std::vector<std::int32_t> ids = {0, 1, 200, 255};
  for (std::int64_t vocab : {256, 60000, 1 << 20}) {
    const data::Tokens t = data::Tokens::of_ids(ids, vocab);
    for (std::size_t i = 0; i < ids.size(); ++i) CHECK(t[static_cast<std::int64_t>(i)] == ids[i]);
  }
  CHECK(data::Tokens::of_ids({70000}, 1 << 20)[0] == 70000);
}

TEST_CASE("windows are a pure function of the seed, and reach every start", "[data]") {
  const data::Tokens t = counting(12, 256);
  const auto a = data::random_windows(t, 4, 5, 7), b = data::random_windows(t, 4, 5, 7);
  CHECK(a.input.values() == b.input.values());
  CHECK(a.input.values() != data::random_windows(t, 4, 5, 8).input.values());
  for (std::size_t i = 0; i < 20; ++i) CHECK(a.target.values()[i] == a.input.values()[i] + 1);
  std::set<std::int32_t> starts;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto batch = data::random_windows(t, 4, 5, seed);
    for (std::size_t row = 0; row < 4; ++row) starts.insert(batch.input.values()[row * 5]);
  }
  CHECK(starts ==
        std::set<std::int32_t>{0, 1, 2, 3, 4, 5, 6});  // 12 tokens hold 7 windows of 5 + 1
}

TEST_CASE("windows in order cover every target once", "[data]") {
  const data::Tokens t = counting(12, 256);
  CHECK(data::count_windows(t, 5) == 3);
  const auto all = data::windows_in_order(t, 0, 3, 5);
  CHECK(all.target.values() ==
        std::vector<std::int32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1, -1, -1, -1});
}

TEST_CASE("a token file is made once and made again when the text changes", "[data]") {
  const test::Folder folder;
  const auto tokenizer = text::make_chars("abc ");
  const std::string path = folder / "t.tokens";
  CHECK(data::Tokens::encoded("abca", *tokenizer, path).size() == 4);
  const auto again = data::Tokens::encoded("abca", *tokenizer, path);
  CHECK(again[3] == again[0]);
  CHECK(data::Tokens::encoded("abc abc", *tokenizer, path).size() == 7);
  write_file(path, "not a token file");
  CHECK(data::Tokens::encoded("ab", *tokenizer, path).size() == 2);
}

TEST_CASE("text is split behind a line, and bytes are mapped as they lie", "[data]") {
  const test::Folder folder;
  write_file(folder / "a.txt", "first line\nsecond line\nthird line\n");
  data::TextConfig config;
  config.train = folder / "a.txt";
  config.valid_fraction = 0.5;
  const auto bytes = text::make_bytes();
  const auto split = data::open_text(config, *bytes, "");
  CHECK(split.train.size() == 23);
  CHECK(split.valid.size() == 11);
  CHECK(split.valid_bytes == 11);
  CHECK(split.valid[0] == 't');
}

TEST_CASE("ids stand for themselves where there is no tokenizer", "[data]") {
  const auto ids = data::make_ids(61);
  CHECK(ids->encode("5 28  60\n") == std::vector<std::int32_t>{5, 28, 60});
  CHECK(ids->decode(5) == "5 ");
  CHECK_THROWS_WITH(ids->encode("5 61"),
                    "this model has no tokenizer, so text is written as numbers from 0 to 60 with "
                    "spaces between them; '61' is not one");
}
