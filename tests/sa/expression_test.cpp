#include "sa/expression.h"

#include <cmath>

#include "base/rng.h"
#include "support/failure.h"

namespace dlt::sa {
namespace {

const std::string allowed =
    "; allowed are the variable w, numbers, + - * / ^, parentheses, comparisons, a ? b : c, the "
    "constants _pi and _e, and sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh "
    "exp ln log2 log10 sqrt abs sign rint min max sum avg";

std::string refusal(const std::string& text) {
  std::string message = test::failure([&] { Expression e(text); }, Exit::usage);
  const std::string begin = "--expr '" + text + "': ";
  if (!message.starts_with(begin) || !message.ends_with(allowed)) return message;
  return message.substr(begin.size(), message.size() - begin.size() - allowed.size());
}

}  // namespace

TEST_CASE("an expression is a function of w", "[sa]") {
  CHECK(Expression("tanh(w-1)")(3) == std::tanh(2.0));
  CHECK(Expression("w^3 - 5")(2) == 3);
  CHECK(Expression("w >= 1 ? max(w, 2, 5) : -w")(0.5) == -0.5);
  CHECK(Expression("2*_pi*w")(1) == Approx(6.283185307179586));
  CHECK_FALSE(std::isfinite(Expression("ln(w)")(-1)));
}

TEST_CASE("what is no function of w is refused with the place", "[sa]") {
  CHECK(refusal("tanh(v-1)") == "'v' at position 6 is not known");
  CHECK(refusal("w+") == "it ends too early");
  CHECK(refusal("") == "it is empty");
  CHECK(refusal("(w") == "a ')' is missing");
  CHECK(refusal("w)") == "')' at position 2 cannot stand there");
  CHECK(refusal("2w") == "'w' at position 2 cannot stand there");
  CHECK(refusal("w=3") == "'=' at position 2 cannot stand there");
  CHECK(refusal("\"w\"") == "'\"' at position 1 cannot stand there");
  CHECK(refusal("1,w") == "it is a list of several values");
  CHECK(refusal("max()") == "'max' has too few arguments");
  CHECK(refusal("sin(1,2)") == "'sin' has too many arguments");
  CHECK(refusal("w>1?2") == "a '?' has no ':'");
  CHECK(refusal("w\n") == "only plain characters can be read, see position 2");
  CHECK(test::failure([] { Expression e(std::string(1001, '(')); }, Exit::usage) ==
        "--expr '" + std::string(60, '(') + "...': it is longer than 1000 characters" + allowed);
}

TEST_CASE("random text is a function or refused", "[sa]") {
  Rng rng(3);
  const std::vector<std::string> words = {"w",  "1",  ".5",  "+",    "-",  "*",   "/",   "^",
                                          "(",  ")",  ",",   "?",    ":",  "<",   "==",  "&&",
                                          "||", "!",  "sin", "max",  "if", "e",   "_pi", " ",
                                          "1e", "0x", "v",   "abs(", "<=", "sum("};
  int functions = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = 1 + rng.below(9); n > 0; --n) text += words[rng.below(words.size())];
    try {
      Expression e(text);
      e(0.3);
      ++functions;
    } catch (const Error& error) {
      CHECK(error.exit() == Exit::usage);
    }
  }
  CHECK(functions > 100);
}

}  // namespace dlt::sa
