#include "base/json_scan.h"

#include <cmath>
#include <cstdlib>
#include <fmt/core.h>
#include <functional>
#include <unordered_set>
#include <utility>

#include "base/utf8.h"

namespace dlt {
namespace {

constexpr int deepest = 500;  // far above any real file, far below the end of the stack

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string escaped(std::string_view key) {  // RFC 6901
  std::string out;
  for (char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

// One pass over the text. Throws JsonMistake at the first mistake.
class Scanner {
 public:
  using Visit = std::function<void(const std::string& pointer, JsonPlace)>;

  Scanner(std::string_view text, Comments comments, Visit visit = {})
      : text_(text), comments_(comments), visit_(std::move(visit)) {}

  void document() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    skip_blanks();
    if (at_ == text_.size()) stop("the file is empty");
    value(at_);
    skip_blanks();
    if (at_ != text_.size()) stop("something follows the end of the value");
  }

 private:
  [[noreturn]] void stop(std::string reason) const { throw JsonMistake{at_, std::move(reason)}; }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }

  void skip_blanks() {
    for (;;) {
      while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos)
        ++at_;
      if (peek() != '/') return;
      if (comments_ == Comments::no) stop("comments are not allowed here");
      skip_comment();
    }
  }

  void skip_comment() {
    const bool line = rest().starts_with("//");
    if (!line && !rest().starts_with("/*")) stop("expected a comment, // or /* */");
    const auto end = text_.find(line ? "\n" : "*/", at_ + 2);
    if (end == text_.npos && !line) stop("this comment has no end, */ is missing");
    at_ = end == text_.npos ? text_.size() : end + (line ? 1 : 2);
  }

  void value(std::size_t key_at) {
    if (visit_) visit_(pointer_, {key_at, at_});
    if (at_ == text_.size()) stop("the text ends where a value is expected");
    const char c = peek();
    if (c == '{') return nested([this] { object(); });
    if (c == '[') return nested([this] { array(); });
    if (c == '"') return void(string());
    if (is_digit(c) || c == '-') return number();
    if (c == '\'') stop("strings need double quotes");
    for (std::string_view word : {"true", "false", "null"}) {
      if (!rest().starts_with(word)) continue;
      at_ += word.size();
      return;
    }
    stop("expected a value: a number, a \"string\", true, false, null, [list] or {object}");
  }

  template <class F>
  void nested(const F& f) {
    if (++depth_ > deepest) stop(fmt::format("nested deeper than {} levels", deepest));
    f();
    --depth_;
  }

  // After an item: true at a comma, false at the closing bracket.
  bool another(char close) {
    skip_blanks();
    if (peek() == close) return ++at_, false;
    if (at_ == text_.size())
      stop(fmt::format("the text ends where ',' or '{}' is expected", close));
    if (peek() != ',') stop(fmt::format("expected ',' or '{}'", close));
    const std::size_t comma = at_++;
    skip_blanks();
    if (peek() == close) {
      at_ = comma;
      stop(fmt::format("a comma before '{}' is not allowed", close));
    }
    return true;
  }

  void object() {
    std::unordered_set<std::string> seen;
    ++at_;
    skip_blanks();
    if (peek() == '}') return void(++at_);
    do {
      skip_blanks();
      const std::size_t key_at = at_;
      if (peek() != '"') stop("expected a key in double quotes");
      std::string key = string();
      skip_blanks();
      if (peek() != ':') stop("expected ':' after the key");
      ++at_;
      skip_blanks();
      if (seen.contains(key)) {
        at_ = key_at;
        stop(fmt::format("key '{}' appears twice in this object", key));
      }
      step_into("/" + escaped(key), key_at);
      seen.insert(std::move(key));
    } while (another('}'));
  }

  void array() {
    ++at_;
    skip_blanks();
    if (peek() == ']') return void(++at_);
    std::size_t index = 0;
    do {
      skip_blanks();
      step_into("/" + std::to_string(index++), at_);
    } while (another(']'));
  }

  void step_into(const std::string& step, std::size_t key_at) {
    const std::size_t length = pointer_.size();
    pointer_ += step;
    value(key_at);
    pointer_.resize(length);
  }

  std::string string() {
    std::string out;
    const std::size_t start = at_++;
    for (;;) {
      const char c = peek();
      if (at_ == text_.size() || c == '\n') {
        at_ = start;
        stop("this string has no end, '\"' is missing");
      }
      if (c == '"') return ++at_, out;
      if (c == '\\') {
        append_utf8(out, escape());
        continue;
      }
      const std::size_t length = utf8_length(rest());
      if (length == 0) stop("bytes that are not UTF-8");
      if (static_cast<unsigned char>(c) < 0x20) stop("a control character in a string, escape it");
      out += text_.substr(at_, length);
      at_ += length;
    }
  }

  std::uint32_t escape() {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == 'u') {
      const std::uint32_t high = code_unit();
      if (high < 0xD800 || high > 0xDFFF) return high;
      if (high < 0xDC00 && rest().starts_with("\\u")) {
        const std::uint32_t low = code_unit();
        if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((high - 0xD800) << 10) + low - 0xDC00;
      }
      stop("half of a surrogate pair before this");
    }
    const auto which = letters.find(c);
    if (which == letters.npos)
      stop("unknown escape; known: \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    at_ += 2;
    return static_cast<std::uint32_t>(meanings[which]);
  }

  std::uint32_t code_unit() {  // \uXXXX
    const std::string digits(text_.substr(at_ + 2, 4));
    if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
      stop("\\u needs four hexadecimal digits");
    }
    at_ += 6;
    return static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
  }

  void digits() {
    if (!is_digit(peek())) stop("expected a digit");
    while (is_digit(peek())) ++at_;
  }

  void number() {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    const std::size_t first = at_;
    digits();
    if (zero && at_ > first + 1) {
      at_ = start;
      stop("a number may not start with 0");
    }
    if (peek() == '.') ++at_, digits();
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    const std::string spelled(text_.substr(start, at_ - start));
    if (std::isinf(std::strtod(spelled.c_str(), nullptr))) {
      at_ = start;
      stop("this number is too large");
    }
  }

  std::string_view text_;
  Comments comments_;
  Visit visit_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string pointer_;
};

}  // namespace

std::optional<JsonMistake> find_json_mistake(std::string_view text, Comments comments) {
  try {
    Scanner(text, comments).document();
    return std::nullopt;
  } catch (const JsonMistake& mistake) {
    return mistake;
  }
}

std::optional<JsonPlace> locate_json(std::string_view text, std::string_view pointer,
                                     Comments comments) {
  std::optional<JsonPlace> found;
  Scanner(text, comments, [&](const std::string& here, JsonPlace place) {
    if (here == pointer) found = place;
  }).document();
  return found;
}

std::string line_and_column(std::string_view text, std::size_t offset) {
  std::size_t line = 1, column = 1;
  for (char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return fmt::format("{}:{}", line, column);
}

}  // namespace dlt
