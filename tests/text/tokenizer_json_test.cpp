#include "text/tokenizer_json.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "support/failure.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"

using namespace dlt;
using Ids = std::vector<std::int32_t>;
using Json = nlohmann::json;

namespace {

std::unique_ptr<text::Tokenizer> load(const std::string& json) {
  char path[] = "/tmp/dlt_tokenizer_XXXXXX";
  const int fd = ::mkstemp(path);
  REQUIRE(fd >= 0);
  ::close(fd);
  write_file(path, json);
  auto tokenizer = text::load_tokenizer(path);
  ::unlink(path);
  return tokenizer;
}

// One special token, the bytes in order, seven merges. The ids of `sample` are Hugging Face's
// (its Rust library).
Json gpt2_like() {
  Json vocab = {{"<|endoftext|>", 0}};
  int next = 1;
  for (int byte = 0; byte < 256; ++byte) {
    vocab[std::string(text::symbol_of(static_cast<std::uint8_t>(byte)))] = next++;
  }
  Json merges = {"t h", "th e", "\u0120 the", "a n", "an d", "\u0120 and", "h e"};
  for (const Json& merge : merges) {
    std::string token = merge;
    token.erase(token.find(' '), 1);
    vocab[token] = next++;
  }
  return {{"added_tokens", {{{"id", 0}, {"content", "<|endoftext|>"}, {"special", true}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
          {"post_processor", {{"type", "TemplateProcessing"}}},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", merges}}}};
}

const std::string sample = "the and then the Zoë\n\n 12 don't  x";
const Ids sample_ids = {258, 262, 259, 111, 259, 33,  91,  112, 196, 172, 11, 11,
                        33,  50,  51,  33,  101, 112, 111, 40,  117, 33,  33, 121};

std::string error_of(const Json& root) {
  return test::failure([&] { text::read_tokenizer_json(root.dump(), "t.json"); }, Exit::damaged);
}

std::string error_with(const char* pointer, const Json& value) {
  Json root = gpt2_like();
  root[Json::json_pointer(pointer)] = value;
  return error_of(root);
}

}  // namespace

TEST_CASE("Hugging Face's byte-level BPE is read: merges as strings or as pairs", "[text]") {
  Json root = gpt2_like();
  CHECK(load(root.dump())->encode(sample) == sample_ids);
  for (Json& merge : root["model"]["merges"]) {
    const std::string text = merge;
    const std::size_t space = text.find(' ');
    merge = {text.substr(0, space), text.substr(space + 1)};
  }
  CHECK(load(root.dump())->encode(sample) == sample_ids);
  for (const char* key : {"added_tokens", "normalizer", "post_processor", "decoder"}) {
    root.erase(key);
  }
  root["model"].erase("type");
  CHECK(load(root.dump())->encode(sample) == sample_ids);
}

TEST_CASE("what json() writes is read back as the same tokenizer", "[text]") {
  const auto bpe = load(gpt2_like().dump());
  CHECK(load(bpe->json())->encode(sample + "<|endoftext|>") ==
        bpe->encode(sample + "<|endoftext|>"));
  CHECK(load(bpe->json())->json() == bpe->json());
  const auto bytes = load(text::make_bytes()->json());
  CHECK(bytes->name() == "bytes");
  const auto chars = load(text::make_chars("\"\\\n \u0120中🙂a")->json());
  CHECK(chars->name() == "chars");
  CHECK(chars->encode("\n \"\\a\u0120中🙂") == Ids{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("options of a tokenizer.json are honoured", "[text]") {
  Json root = gpt2_like();
  root["pre_tokenizer"]["add_prefix_space"] = true;
  CHECK(load(root.dump())->encode("the") == Ids{259});
  CHECK(load(load(root.dump())->json())->encode("the") == Ids{259});

  root = gpt2_like();
  root["pre_tokenizer"]["use_regex"] = false;
  root["model"]["vocab"]["e\u0120"] = 264;
  root["model"]["merges"].push_back("e \u0120");
  CHECK(load(root.dump())->encode("e e") == Ids{264, 102});

  root = gpt2_like();
  root["model"]["vocab"]["xyz"] = 264;  // no merges lead to it
  CHECK(load(root.dump())->encode("xyz").size() == 3);
  root["model"]["ignore_merges"] = true;
  CHECK(load(root.dump())->encode("xyz") == Ids{264});

  root = gpt2_like();
  root["added_tokens"].push_back({{"id", 300}, {"content", " <pad> "}});
  CHECK(load(root.dump())->size() == 301);
  CHECK(load(root.dump())->encode("x <pad> x") == Ids{121, 300, 121});
  CHECK(load(load(root.dump())->json())->decode(300) == " <pad> ");
}

TEST_CASE("a byte that the vocabulary lacks is named with its place", "[text][errors]") {
  const Json root = {
      {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
      {"model", {{"type", "BPE"}, {"vocab", {{"a", 0}}}, {"merges", Json::array()}}}};
  CHECK_THROWS_WITH(load(root.dump())->encode("aa\nab"),
                    "line 1, column 3: byte 0x0A is not in the tokenizer's vocabulary");
}

TEST_CASE("what cannot be honoured in a tokenizer.json is refused by its JSON pointer",
          "[text][errors]") {
  CHECK(error_with("/normalizer", {{"type", "NFC"}}) ==
        "t.json: /normalizer: normalizers are not supported; only null is");
  CHECK(error_with("/pre_tokenizer/type", "Metaspace") ==
        "t.json: /pre_tokenizer: pre-tokenizer Metaspace is not supported; ByteLevel and null are");
  CHECK(error_with("/pre_tokenizer", nullptr) ==
        "t.json: /decoder: decoder ByteLevel is not supported here; Fuse and null are");
  CHECK(error_with("/decoder/type", "WordPiece") ==
        "t.json: /decoder: decoder WordPiece is not supported here; ByteLevel and null are");
  CHECK(error_with("/model/type", "Unigram") ==
        "t.json: /model/type: model type Unigram is not supported; only BPE is");
  CHECK(error_with("/model", nullptr) ==
        "t.json: /model: there is no model; a BPE model is needed");
  CHECK(error_with("/model/dropout", 0.1) ==
        "t.json: /model/dropout: dropout is not supported; only null and 0 are");
  CHECK(error_with("/model/end_of_word_suffix", "</w>") ==
        "t.json: /model/end_of_word_suffix: only null is supported");
  CHECK(error_with("/model/byte_fallback", true) ==
        "t.json: /model/byte_fallback: only false is supported");
  CHECK(error_with("/added_tokens/0/lstrip", true) ==
        "t.json: /added_tokens/0/lstrip: only false is supported");
  CHECK(error_with("/pre_tokenizer/use_regex", 1) ==
        "t.json: /pre_tokenizer/use_regex: true or false is needed");
}

TEST_CASE("a vocabulary of characters is ids without gaps and nothing else", "[text][errors]") {
  Json root = {{"model", {{"vocab", {{"a", 0}, {"b", 1}}}, {"merges", Json::array()}}}};
  CHECK(load(root.dump())->encode("ba") == Ids{1, 0});
  Json wrong = root;
  wrong["model"]["vocab"]["ab"] = 2;
  CHECK(error_of(wrong) ==
        "t.json: /model/vocab/ab: only single characters are supported where the pre-tokenizer is "
        "null");
  wrong["model"]["merges"].push_back("a b");
  CHECK(error_of(wrong) ==
        "t.json: /pre_tokenizer: only ByteLevel is supported for a vocabulary with merges");
  wrong = root;
  wrong["added_tokens"] = {{{"id", 2}, {"content", "<s>"}}};
  CHECK(error_of(wrong) == "t.json: /added_tokens: a vocabulary of characters cannot have any");
  wrong = root;
  wrong["model"]["unk_token"] = "a";
  CHECK(error_of(wrong) ==
        "t.json: /model/unk_token: only null is supported for a vocabulary that lacks some bytes");
  wrong = root;
  wrong["model"]["vocab"]["c"] = 5;
  CHECK_THROWS_WITH(load(wrong.dump()),
                    Catch::EndsWith(": /model/vocab: the ids of a vocabulary of characters must be "
                                    "0 .. 5 without gaps"));
  wrong["model"]["vocab"] = Json::object();
  CHECK(error_of(wrong) == "t.json: /model/vocab: the vocabulary is empty");
}

TEST_CASE("a token with a space is written in pairs", "[text]") {
  Json root = gpt2_like();
  for (const char* token : {"x y", "x yz"})
    root["model"]["vocab"][token] = root["model"]["vocab"].size();
  root["model"]["merges"].push_back({"x y", "z"});
  const auto bpe = load(root.dump());
  CHECK(Json::parse(bpe->json())["model"]["merges"].back() == Json{"x y", "z"});
  CHECK(load(bpe->json())->encode(sample) == sample_ids);
}

TEST_CASE("a damaged tokenizer.json is refused by its JSON pointer", "[text][errors]") {
  CHECK(error_of(Json::array()) == "t.json: : a tokenizer.json is an object");
  CHECK(error_with("/model/vocab", 3) ==
        "t.json: /model/vocab: an object of tokens and their ids is needed");
  CHECK(error_with("/model/vocab/a~1b", -1) ==
        "t.json: /model/vocab/a~1b: an id is a whole number 0 .. 16777215, not -1");
  CHECK(error_with("/model/vocab/xy", 2.5) ==
        "t.json: /model/vocab/xy: an id is a whole number 0 .. 16777215, not 2.5");
  CHECK(error_with("/model/vocab/xy", 67) ==
        "t.json: /model/vocab/xy: id 67 is taken by 'B' already");
  CHECK(error_with("/model/merges", nullptr) ==
        "t.json: /model/merges: a list of merges is needed");
  CHECK(error_with("/model/merges/1", "the") ==
        "t.json: /model/merges/1: a merge is \"left right\" or [\"left\", \"right\"], not \"the\"");
  CHECK(error_with("/model/merges/2", "q r") ==
        "t.json: /model/merges/2: token 'qr' is not in the vocabulary");
  CHECK(error_with("/added_tokens/0/id", 1) ==
        "t.json: /added_tokens/0/id: '<|endoftext|>' has another id in the vocabulary");
  CHECK(error_with("/added_tokens/0/content", "new") ==
        "t.json: /added_tokens/0/id: id 0 is that of another token");
  CHECK_THROWS_WITH(text::read_tokenizer_json("{\n  \"model\": }", "t.json"),
                    "t.json:2:12: this is not JSON; a tokenizer.json is needed");
  CHECK_THROWS_WITH(text::load_tokenizer("/nowhere/t.json"),
                    "cannot open '/nowhere/t.json': No such file or directory");
}
