#pragma once

#include <string>

#include "base/error.h"
#include "nn/params.h"
#include "ops/shape.h"

namespace dlt::nn {

// One row of `width` numbers for each of `rows` ids. The row `padding` learns nothing.
class Embedding {
 public:
  Embedding(const Scope& s, std::int64_t rows, std::int64_t width, const Init& init,
            std::int64_t padding = ops::no_padding)
      : path_(s.path()), padding_(padding), weight_(s.param("weight", {rows, width}, init)) {}

  Tensor operator()(const Indices& ids) const {
    const Frame frame("layer", path_);
    return ops::embedding(weight_, ids, padding_);
  }
  const Tensor& weight() const { return weight_; }

 private:
  std::string path_;
  std::int64_t padding_;
  Tensor weight_;
};

}  // namespace dlt::nn
