#include "sa/expression.h"

#include <cmath>
#include <muParser.h>

#include "base/error.h"

namespace dlt::sa {

struct Expression::Parser {
  std::string text;
  mu::Parser parser;
  double w = 1;
};

namespace {

constexpr std::size_t longest = 1000;

std::string what_is_wrong(const mu::ParserError& e) {
  const std::string at = fmt::format(" at position {}", e.GetPos() + 1);
  const std::string& token = e.GetToken();
  switch (e.GetCode()) {
    case mu::ecUNASSIGNABLE_TOKEN:
      return fmt::format("'{}'{} is not known", token, at);
    case mu::ecUNEXPECTED_EOF:
      return "it ends too early";
    case mu::ecMISSING_PARENS:
      return "a ')' is missing";
    case mu::ecEMPTY_EXPRESSION:
      return "it is empty";
    case mu::ecTOO_MANY_PARAMS:
      return fmt::format("'{}' has too many arguments", token);
    case mu::ecTOO_FEW_PARAMS:
      return fmt::format("'{}' has too few arguments", token);
    case mu::ecMISSING_ELSE_CLAUSE:
      return "a '?' has no ':'";
    default:
      break;
  }
  if (token.empty()) return "it cannot be read" + at;
  return fmt::format("'{}'{} cannot stand there", token, at);
}

[[noreturn]] void refuse(const std::string& text, const std::string& problem) {
  fail(Exit::usage,
       "--expr '{}': {}; allowed are the variable w, numbers, + - * / ^, parentheses, "
       "comparisons, a ? b : c, the constants _pi and _e, and sin cos tan asin acos atan atan2 "
       "sinh cosh tanh asinh acosh atanh exp ln log2 log10 sqrt abs sign rint min max sum avg",
       text.size() > 60 ? text.substr(0, 60) + "..." : text, problem);
}

// muParser also has assignments, lists of results and strings; here is none of them.
void check_characters(const std::string& text) {
  if (text.size() > longest) refuse(text, fmt::format("it is longer than {} characters", longest));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char before = i > 0 ? text[i - 1] : ' ', after = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool comparison =
        after == '=' || before == '=' || before == '<' || before == '>' || before == '!';
    const bool bad = c < ' ' || c > '~' || c == '"' || (c == '=' && !comparison);
    if (bad) {
      refuse(text.find_first_not_of(' ') == std::string::npos ? "" : text,
             c < ' ' || c > '~'
                 ? fmt::format("only plain characters can be read, see position {}", i + 1)
                 : fmt::format("'{}' at position {} cannot stand there", c, i + 1));
    }
  }
}

}  // namespace

Expression::Expression(const std::string& text) : parser_(std::make_unique<Parser>()) {
  check_characters(text);
  parser_->text = text;
  try {
    parser_->parser.DefineVar("w", &parser_->w);
    parser_->parser.SetExpr(text);
    parser_->parser.Eval();
  } catch (const mu::ParserError& e) {
    refuse(text, what_is_wrong(e));
  }
  if (parser_->parser.GetNumResults() != 1) refuse(text, "it is a list of several values");
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

double Expression::operator()(double w) const {
  parser_->w = w;
  try {
    return parser_->parser.Eval();
  } catch (const mu::ParserError&) {
    return std::nan("");
  }
}

const std::string& Expression::text() const { return parser_->text; }

}  // namespace dlt::sa
