#pragma once

#include <string>

#include "nn/linear.h"
#include "ops/attention.h"

namespace dlt::nn {

// Attention of several heads (Vaswani et al. 2017) with torch.nn.MultiheadAttention's parameters:
// in_proj_weight [3 width, width] holds those of queries, keys and values, one above the other.
class MultiheadAttention {
 public:
  // width must be a multiple of heads.
  MultiheadAttention(const Scope& s, std::int64_t width, std::int64_t heads, Bias bias = Bias::yes);

  // query [batch, time, width], key and value [batch, keys, width]; mask as in
  // ops::scaled_dot_product_attention.
  Tensor operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                    const Indices& mask = {}, const ops::Attend& options = {}) const;
  // Of x to itself.
  Tensor operator()(const Tensor& x, const ops::Attend& options = {}) const;

 private:
  Tensor project(const Tensor& x, std::int64_t part) const;
  Tensor split_heads(const Tensor& x) const;
  Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v, const Indices& mask,
                const ops::Attend& options) const;

  std::string path_;
  std::int64_t width_, heads_;
  Tensor in_weight_, in_bias_;
  Tensor out_weight_, out_bias_;
};

}  // namespace dlt::nn
