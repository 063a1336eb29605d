#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using namespace std::string_literals;

// data.train (or another key) set to a file with this text: nothing may be written beside it.
void refuses_text(const std::string& text, const std::string& why, const Args& more = {},
                  const std::string& key = "data.train") {
  for (const char* tokenizer : {"bytes", "chars", "bpe"}) {
    const Folder folder;
    const std::string file = folder / "text";
    put(file, text);
    Args sets = {"--set", key + "=" + file, "--set", "data.tokenizer.name="s + tokenizer};
    sets.insert(sets.end(), more.begin(), more.end());
    refuses(train_tiny(folder / "run", sets), 3, fmt::format(fmt::runtime(why), file));
    CHECK(folder.list() == Args{"text"});
  }
}

}  // namespace

TEST_CASE("text that is empty, packed, binary or in another encoding is refused", "[cli]") {
  for (const char* key : {"data.train", "data.valid"}) {
    refuses_text("", "{}: the file is empty; UTF-8 text is needed", {}, key);
    refuses_text("\x1F\x8B\x08\0\0\0\0\0"s,
                 "{}: this is a gzip file, not UTF-8 text; unpack it first with gunzip", {}, key);
    refuses_text(
        "\x7F"
        "ELF\x02\x01\x01\0\0"s,
        "{}:1:8: a NUL byte, so this is likely a binary file; UTF-8 text is needed", {}, key);
    refuses_text("In the\nb\xE9ginning\n",
                 "{}:2:2: byte 0xE9 is not UTF-8; convert the file first, for example with iconv "
                 "-f ISO-8859-1 -t UTF-8",
                 {}, key);
  }
}

TEST_CASE("a text that is not there says what asked for it", "[cli]") {
  const Folder folder;
  for (const std::string& key : Args{"data.train", "data.valid"}) {
    refuses(train_tiny(folder / "run", {"--set", key + "=nope.txt"}), 3,
            key + ": there is no file 'nope.txt' (paths start at the folder that dlt is run in)");
  }
  refuses(train_tiny(folder / "run", {"--set", "data.train=lib"}), 3,
          "cannot read 'lib': it is a folder, a file is needed");
  refuses(train_tiny(folder / "run", {"--set", "data.train=\"\""}), 2,
          "data.train names no text file: give one, as in --set data.train=book.txt");
  CHECK(folder.list().empty());
}

TEST_CASE("a text too short to learn from says how long it must be", "[cli]") {
  refuses_text("0123456789abcdef",
               "'{}': 16 tokens for training are too few for a window of context + 1 = 17: use a "
               "longer text or a smaller model.context",
               {"--set", "data.valid_fraction=0"});
}

TEST_CASE("a text too short to evaluate on is refused, wherever it comes from", "[cli]") {
  const Folder folder;
  put(folder / "one", "I");
  refuses(train_tiny(folder / "run", {"--set", "data.valid=" + (folder / "one")}), 3,
          "'" + (folder / "one") +
              "': 1 token is too short a text to evaluate on: at least 2 are needed");
  refuses(train_tiny(folder / "run", {"--set", "data.valid_fraction=1e-9"}), 3,
          "'data/fixtures/genesis.txt': data.valid_fraction = 1e-09 of its 63848 tokens leaves too "
          "few to evaluate on: use a longer text, a larger fraction, or 0 for no evaluation");
  CHECK(folder.list() == Args{"one"});
  make_tiny(folder / "run");
  refuses({"eval", folder / "run", "--data", folder / "one"}, 3,
          "'" + (folder / "one") +
              "': 1 token is too short a text to evaluate on: at least 2 are needed");
  refuses({"eval", folder / "run", "--data", "nope"}, 3,
          "--data: there is no file 'nope' (paths start at the folder that dlt is run in)");
}

TEST_CASE("a run that held nothing out can be evaluated on another text only", "[cli]") {
  const Folder folder;
  make_tiny(folder / "run", {"--set", "data.valid_fraction=0"});
  refuses({"eval", folder / "run"}, 3,
          "'data/fixtures/genesis.txt' was used for training alone (valid_fraction 0): give "
          "held-out text with --data");
  CHECK(dlt({"eval", folder / "run", "--data", "data/fixtures/genesis.txt"}).code == 0);
}

TEST_CASE("a character outside the vocabulary is named with its file or option", "[cli]") {
  const Folder folder;
  make_tiny(folder / "run", {"--set", "data.tokenizer.name=chars"});
  const std::string vocabulary =
      " is not among the 60 of the vocabulary, which are those of the text it was made from";
  const std::string tokenizer = folder / "run/tokenizer.json";
  refuses({"eval", folder / "run", "--data", "data/fixtures/poems-zh.txt"}, 3,
          "data/fixtures/poems-zh.txt: line 1, column 1: the character '《' (U+300A)" + vocabulary);
  refuses(train_tiny(folder / "other", {"--set", "data.tokenizer.name=chars", "--set",
                                        "data.valid=data/fixtures/poems-zh.txt"}),
          3,
          "data/fixtures/poems-zh.txt: line 1, column 1: the character '《' (U+300A)" + vocabulary);
  CHECK(folder.list() == Args{"run"});
  refuses({"generate", folder / "run", "--prompt", "straße"}, 2,
          "--prompt: line 1, column 5: the character 'ß' (U+00DF)" + vocabulary);
  refuses({"generate", folder / "run", "--prompt", "\xFF"}, 2,
          "--prompt: line 1, column 1: byte 0xFF is not UTF-8");
  refuses({"generate", folder / "run", "--prompt", ""}, 2,
          "the prompt is empty: give at least one character with --prompt");
  refuses({"tokenizer", "encode", tokenizer, "--text", "ß"}, 2,
          "--text: line 1, column 1: the character 'ß' (U+00DF)" + vocabulary);
  refuses({"tokenizer", "encode", tokenizer}, 3,
          "stdin: line 2, column 1: the character 'ß' (U+00DF)" + vocabulary, {.in = "a\nß\n"});
  refuses({"tokenizer", "decode", tokenizer, "60"}, 2,
          "'60' is not a token id; ids are whole numbers 0 .. 59");
}

TEST_CASE("a tokenizer of one's own is checked before a run is made", "[cli]") {
  const Folder folder;
  put(folder / "torn.json", "{");
  const auto with = [&](const std::string& path) {
    return train_tiny(folder / "run", {"--set", "data.tokenizer.name=file", "--set",
                                       "data.tokenizer.path=" + path});
  };
  refuses(train_tiny(folder / "run", {"--set", "data.tokenizer.name=file"}), 2,
          "tests/cli/tiny.json:4:63: /data/tokenizer/path: is required, a string");
  refuses(with("nope.json"), 5, "cannot open 'nope.json': No such file or directory");
  refuses(with(folder / "torn.json"), 5,
          (folder / "torn.json") + ":1:2: this is not JSON; a tokenizer.json is needed");
  CHECK(folder.list() == Args{"torn.json"});
}

}  // namespace dlt::test
