#include <catch2/catch.hpp>

#include "eval/bleu.h"
#include "support/failure.h"

using namespace dlt;

namespace {

std::string tokens(const char* name, std::string_view segment) {
  return eval::mt_tokenizers().find(name).make(segment);
}

}  // namespace

TEST_CASE("13a splits as mteval does", "[eval][bleu]") {
  CHECK(tokens("13a", "It costs $3.50, i.e. 1,000 dollars.") ==
        "It costs $ 3.50 , i . e . 1,000 dollars .");
  CHECK(tokens("13a", "e-mail: a.b@c.org (see p.5-6)") ==
        "e-mail : a . b @ c . org ( see p . 5 - 6 )");
  CHECK(tokens("13a", "<skipped>x-\ny\nz") == "xy z");
  CHECK(tokens("13a", "&amp;lt; &quot;a&gt;") == "< \" a >");  // one replacement after the other
  CHECK(tokens("13a", "a... b,,5 -5 5--") == "a . . . b , ,5 -5 5 - -");
  CHECK(tokens("13a", "\u201Cyes\u201D \u2013 na\u00EFve.") ==
        "\u201Cyes\u201D \u2013 na\u00EFve .");
  CHECK(tokens("13a", "") == "");
}

TEST_CASE("13a and none split at the white space that Python knows", "[eval][bleu]") {
  for (const char* name : {"13a", "none"}) {
    CHECK(tokens(name,
                 "\u3000a\u00A0\t b\u2003c\u2028d\x1C"
                 "e\u0085f\r\n") == "a b c d e f");
    CHECK(tokens(name, "a\u200Bb") == "a\u200Bb");  // of no width, but no space
  }
  CHECK(tokens("none", "a, (b).") == "a, (b).");
}

TEST_CASE("zh takes Chinese characters and full-width marks one by one", "[eval][bleu]") {
  CHECK(tokens("zh", "选择「确定」。") == "选 择 「 确 定 」 。");
  CHECK(tokens("zh", "  LibreOffice 7.4 帮助, v1.2-3!") == "LibreOffice 7.4 帮 助 , v1.2 - 3 !");
  CHECK(tokens("zh", "x&amp;y") == "x & amp ; y");  // entities stay
  CHECK(tokens("zh", "〇々ㄅ㈱ﾊＡ☆✓") == "〇 々 ㄅ ㈱ ﾊ Ａ ☆ ✓");
}

TEST_CASE("zh has sacreBLEU's ranges, its slips included", "[eval][bleu]") {
  CHECK(tokens("zh", "“是”—a→b") == "“ 是 ” — a → b");                    // U+2001 to 2A6D
  CHECK(tokens("zh", "\U00020000\U00020001") == "\U00020000\U00020001");  // not Extension B
  CHECK(tokens("zh", "\u4DB5\u4DB6\u4DB6\u9FBB\u9FBC\u9FBC") ==
        "\u4DB5 \u4DB6\u4DB6 \u9FBB \u9FBC\u9FBC");
  CHECK(tokens("zh", "か\u3042カ") == "か\u3042カ");  // kana of full width are letters
}

TEST_CASE("char takes every character by itself", "[eval][bleu]") {
  CHECK(tokens("char", "ab  c是\u0301.") == "a b c 是 \u0301 .");
}

TEST_CASE("an unknown tokenizer or smoothing is answered with the nearest", "[eval][errors]") {
  CHECK(test::failure([] { eval::mt_tokenizers().find("13b"); }, Exit::usage) ==
        "unknown tokenizer of BLEU '13b'; did you mean '13a'?");
  CHECK(test::failure([] { eval::mt_tokenizers().find("spm"); }, Exit::usage) ==
        "unknown tokenizer of BLEU 'spm'; known: 13a, zh, char, none");
  CHECK(test::failure([] { eval::bleu_smoothings().find("add_k"); }, Exit::usage) ==
        "unknown smoothing of BLEU 'add_k'; did you mean 'add-k'?");
}
