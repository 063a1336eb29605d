#include "nn/attention.h"

#include "ops/shape.h"

namespace dlt::nn {

MultiheadAttention::MultiheadAttention(const Scope& s, std::int64_t width, std::int64_t heads,
                                       Bias bias)
    : path_(s.path()), width_(width), heads_(heads) {
  require(heads > 0 && width % heads == 0,
          "multihead_attention: a width of {} cannot be divided into {} heads", width, heads);
  in_weight_ = s.param("in_proj_weight", {3 * width, width}, xavier_uniform(width, 3 * width));
  if (bias == Bias::yes) in_bias_ = s.param("in_proj_bias", {3 * width}, zeros());
  const Scope out = s / "out_proj";
  out_weight_ = out.param("weight", {width, width}, fan_in_uniform(width));
  if (bias == Bias::yes) out_bias_ = out.param("bias", {width}, zeros());
}

Tensor MultiheadAttention::project(const Tensor& x, std::int64_t part) const {
  const std::int64_t begin = part * width_, end = begin + width_;
  return ops::linear(x, ops::slice(in_weight_, 0, begin, end),
                     in_bias_.defined() ? ops::slice(in_bias_, 0, begin, end) : Tensor());
}

Tensor MultiheadAttention::split_heads(const Tensor& x) const {
  const Shape apart{x.dim(0), x.dim(1), heads_, width_ / heads_};
  return ops::permute(ops::reshape(x, apart), {0, 2, 1, 3});
}

Tensor MultiheadAttention::attend(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const Indices& mask, const ops::Attend& options) const {
  const Tensor y = ops::scaled_dot_product_attention(split_heads(q), split_heads(k), split_heads(v),
                                                     mask, options);
  const Tensor joined = ops::reshape(ops::permute(y, {0, 2, 1, 3}), q.shape());
  return ops::linear(joined, out_weight_, out_bias_);
}

Tensor MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const Indices& mask, const ops::Attend& options) const {
  const Frame frame("layer", path_);
  for (const Tensor* x : {&query, &key, &value}) {
    require(x->shape().rank() == 3 && x->dim(2) == width_,
            "multihead_attention: input {} is not [batch, time, {}]", x->shape(), width_);
  }
  return attend(project(query, 0), project(key, 1), project(value, 2), mask, options);
}

Tensor MultiheadAttention::operator()(const Tensor& x, const ops::Attend& options) const {
  const Frame frame("layer", path_);
  require(x.shape().rank() == 3 && x.dim(2) == width_,
          "multihead_attention: input {} is not [batch, time, {}]", x.shape(), width_);
  const Tensor packed = ops::linear(x, in_weight_, in_bias_);
  const auto part = [&](std::int64_t i) {
    return ops::slice(packed, 2, i * width_, (i + 1) * width_);
  };
  return attend(part(0), part(1), part(2), {}, options);
}

}  // namespace dlt::nn
