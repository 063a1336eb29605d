#pragma once

#include <cstdint>
#include <exception>
#include <fmt/core.h>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dlt {

// How the program ends; the numbers are its exit codes and public.
enum class Exit : std::uint8_t {
  failed = 1,    // the run failed and the message says why
  usage = 2,     // the command line or the config is wrong
  data = 3,      // a data file is wrong
  diverged = 4,  // training produced numbers that are not finite
  damaged = 5,   // a checkpoint or model file is damaged or does not fit
};

// A line of our source, as `SourceLine where = {}` in a parameter list. (std::source_location is
// missing from clang 14, which clang-tidy 14 is built on.)
struct SourceLine {
  // NOLINTNEXTLINE(google-explicit-constructor): `= {}` is the point
  constexpr SourceLine(const char* f = __builtin_FILE(), int l = __builtin_LINE())
      : file(f), line(l) {}
  const char* file;
  int line;
};

// Every failure that reaches the user. what() is one sentence, then one "in ..." line per Frame
// that was open when it was thrown, innermost first.
class Error : public std::exception {
 public:
  Error(Exit exit, std::string message, SourceLine where);

  const char* what() const noexcept override { return what_.c_str(); }
  Exit exit() const { return exit_; }
  SourceLine where() const { return where_; }

 private:
  std::string what_;
  Exit exit_;
  SourceLine where_;
};

// Names what is going on while it is in scope: Frame f("step", 120), Frame f("layer", path).
// Costs a few stores and no allocation; text is built only if an Error is thrown. The name must
// outlive the frame.
class Frame {
 public:
  explicit Frame(std::string_view what, std::string_view name);
  explicit Frame(std::string_view what, std::int64_t number);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  friend class Error;
  std::string_view what_;
  std::string_view name_;
  std::int64_t number_ = 0;
  const Frame* outer_;
};

// A compile-time checked format string that remembers the line it was written on.
template <class... Args>
struct Located {
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view>  // so that an Exit is none
  // NOLINTNEXTLINE(google-explicit-constructor): written as a plain string literal
  consteval Located(const Text& t, SourceLine w = {}) : text(t), where(w) {}
  fmt::format_string<Args...> text;
  SourceLine where;
};

template <class... Args>
[[noreturn]] void fail(Exit exit, Located<std::type_identity_t<Args>...> message, Args&&... args) {
  throw Error(exit, fmt::format(message.text, std::forward<Args>(args)...), message.where);
}

template <class... Args>
[[noreturn]] void fail(Located<std::type_identity_t<Args>...> message, Args&&... args) {
  throw Error(Exit::failed, fmt::format(message.text, std::forward<Args>(args)...), message.where);
}

// require(a == b, "matmul: inner dimensions differ: {} x {}", x.shape(), w.shape());
template <class... Args>
void require(bool ok, Located<std::type_identity_t<Args>...> message, Args&&... args) {
  if (!ok) [[unlikely]] {
    throw Error(Exit::failed, fmt::format(message.text, std::forward<Args>(args)...),
                message.where);
  }
}

// The same with an exit code of its own: require(ok, Exit::data, "{}:{}: ...", file, line);
template <class... Args>
void require(bool ok, Exit exit, Located<std::type_identity_t<Args>...> message, Args&&... args) {
  if (!ok) [[unlikely]] {
    throw Error(exit, fmt::format(message.text, std::forward<Args>(args)...), message.where);
  }
}

}  // namespace dlt
