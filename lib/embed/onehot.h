#pragma once

#include <cstdint>
#include <string>
#include <vector>

// That an Embedding layer is a dense layer without bias on one-hot input (Su, kexue.fm 4122), as
// numbers.
namespace dlt::embed {

struct OnehotSettings {
  std::int64_t vocab = 6, dim = 4, batch = 64;  // rows and columns of the table, ids looked up
  std::uint64_t seed = 1;
};

struct OnehotFact {
  std::string what;
  double apart = 0;    // the largest difference between both ways
  double allowed = 0;  // what rounding makes up
  bool holds() const { return apart <= allowed; }
};

struct OnehotCheck {
  std::vector<OnehotFact> facts;
  double look_up_seconds = 0, product_seconds = 0;  // value and gradient, the median of several
  bool holds() const;
};

OnehotCheck check_onehot(const OnehotSettings& settings);

}  // namespace dlt::embed
