#include "sa/step.h"

#include <charconv>
#include <fmt/format.h>

#include "base/error.h"

namespace dlt::sa {
namespace {

// What is left of a step's text, taken piece by piece.
class Pieces {
 public:
  explicit Pieces(std::string_view text) {
    for (const char c : text) {
      if (c != ' ') rest_ += c;
    }
  }

  bool take(std::string_view piece) {
    if (!rest_.starts_with(piece)) return false;
    rest_.erase(0, piece.size());
    return true;
  }

  bool take(double& number) {
    const char* end = rest_.data() + rest_.size();
    const auto [after, problem] = std::from_chars(rest_.data(), end, number);
    if (problem != std::errc() || !std::isfinite(number)) return false;
    rest_.erase(0, static_cast<std::size_t>(after - rest_.data()));
    return true;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string rest_;
};

bool read(Pieces& p, double& a, double& b, double& c) {
  if (!p.take(a)) return false;
  if (p.at_end()) {
    c = 0;
    return true;
  }
  if (!p.take("/")) return false;
  if (p.take("(")) {
    if (!p.take("k") || !p.take("+") || !p.take(b) || !p.take(")")) return false;
  } else if (!p.take("k")) {
    return false;
  }
  return !p.take("^") || p.take(c);
}

}  // namespace

Step Step::parse(std::string_view text) {
  Step s;
  Pieces pieces(text);
  const bool read_well = read(pieces, s.a_, s.b_, s.c_) && pieces.at_end();
  require(read_well, Exit::usage,
          "--step '{}': expected 1/k, a/k, a/(k+b), a/(k+b)^c, a/k^c or a, with numbers for a, b "
          "and c, as in 1/(k+10)^0.75",
          text);
  require(s.a_ > 0 && s.b_ >= 0 && s.c_ >= 0 && s.a_ <= 1e100 && s.b_ <= 1e15 && s.c_ <= 100,
          Exit::usage,
          "--step '{}': expected a in (0, 1e100], b in [0, 1e15] and c in [0, 100], got a = {}, "
          "b = {}, c = {}",
          text, s.a_, s.b_, s.c_);
  return s;
}

Step Step::slower(double b) const {
  Step s = *this;
  s.b_ = b;
  if (constant()) s.c_ = 1;
  return s;
}

Verdict Step::sum_is_infinite() const {
  if (constant()) return {true, fmt::format("every step is {}", a_)};
  if (c_ == 1) {
    return {true, fmt::format("its sums grow like {}ln k, the harmonic series",
                              a_ == 1 ? "" : fmt::format("{} ", a_))};
  }
  return {c_ < 1, c_ < 1 ? fmt::format("the power {} is at most 1", c_)
                         : fmt::format("the power {} is more than 1", c_)};
}

Verdict Step::sum_of_squares_is_finite() const {
  if (constant())
    return {false, fmt::format("every square is {:.6g}, the step does not shrink", a_ * a_)};
  return {c_ > 0.5, c_ > 0.5
                        ? fmt::format("the power of the squares, {:.6g}, is more than 1", 2 * c_)
                        : fmt::format("the power of the squares, {:.6g}, is at most 1", 2 * c_)};
}

std::string Step::text() const {
  if (constant()) return fmt::format("{}", a_);
  const std::string base = b_ == 0 ? "k" : fmt::format("(k+{})", b_);
  return fmt::format("{}/{}{}", a_, base, c_ == 1 ? "" : fmt::format("^{}", c_));
}

}  // namespace dlt::sa
