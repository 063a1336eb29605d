#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dlt::app {

struct EvalOptions {
  std::string run;
  std::string checkpoint = "best";  // best, last or a step
  std::string data;                 // a file; empty: what the run held out
  bool json = false;

  // Of models that translate; by default what the config says.
  std::string reference;  // the other side of `data`
  std::optional<std::int64_t> beam;
  std::optional<double> length_penalty;
  std::string tokenize;      // of BLEU
  std::int64_t samples = 3;  // translations to show

  bool of_translation() const {
    return !reference.empty() || beam || length_penalty || !tokenize.empty();
  }
};
void eval(const EvalOptions& options);

}  // namespace dlt::app
