#pragma once

#include <memory>
#include <string>

namespace dlt::sa {

// A real function of one variable, w, read from text: "tanh(w-1)", "w^3 - 5".
class Expression {
 public:
  // Exit::usage for what is no such function, with the place.
  explicit Expression(const std::string& text);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  double operator()(double w) const;  // not finite where the function is not defined
  const std::string& text() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace dlt::sa
