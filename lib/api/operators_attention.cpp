#include "api/families.h"
#include "ops/attention.h"
#include "ops/linear_attention.h"

namespace dlt::api {
namespace {

Call attention(config::Reader& r) {
  ops::Attend options;
  r.field("is_causal", options.causal);
  r.field("enable_gqa", options.grouped);
  r.field("scale", options.scale, -1e6, 1e6);
  return [options](const Inputs& in) {
    return Outputs{ops::scaled_dot_product_attention(in["q"], in["k"], in["v"],
                                                     in.optional_indices("attn_mask"), options)};
  };
}

Call rope(config::Reader& r) {
  double theta = 10000;
  bool interleaved = false;
  std::int64_t start = 0;
  r.field("theta", theta, 1, 1e12);
  r.field("interleaved", interleaved);
  r.field("start", start, 0, 1 << 30);
  const auto form = interleaved ? ops::Rotation::interleaved : ops::Rotation::half;
  return [=](const Inputs& in) { return Outputs{ops::rotary(in["x"], theta, form, start)}; };
}

Call retention(config::Reader&) {
  return [](const Inputs& in) {
    const ops::Retention r =
        ops::retention(in["q"], in["k"], in["v"], in["gamma"], in.optional("start"));
    return Outputs{r.y, r.last_state};
  };
}

Call wkv(config::Reader&) {
  return [](const Inputs& in) {
    const ops::Wkv r = ops::wkv(in["k"], in["v"], in["w"], in["u"], in.optional("start"));
    return Outputs{r.y, r.last_state};
  };
}

}  // namespace

Entries attention_operators() {
  return {
      {{"nn.scaled_dot_product_attention", "scaled_dot_product_attention"},
       "softmax of scaled query-key products, times values",
       {"q, k, v, attn_mask:int? -> y", attention, R"({"is_causal": true, "enable_gqa": true})",
        "q[1, 4, 5, 3], k[1, 2, 6, 3], v[1, 2, 6, 2], attn_mask:int[5, 6]"}},
      {{"nn.rope", "rope", "nn.rotary", "rotary"},
       "rotates pairs of elements by their position",
       {"x -> y", rope, R"({"theta": 100, "interleaved": true, "start": 2})", "x[2, 3, 4]"}},
      {{"nn.retention", "retention"},
       "attention without softmax whose weights decay with the distance (RetNet)",
       {"q, k, v, gamma!, start? -> y, last_state", retention, "{}",
        "q[2, 5, 6], k[2, 5, 6], v[2, 5, 8], gamma[2] 0.5..1, start[2, 2, 3, 4]"}},
      {{"nn.wkv", "wkv"},
       "average of the values so far, by their keys and their age (RWKV-4)",
       {"k, v, w, u, start!? -> y, last_state", wkv, "{}",
        "k[2, 5, 3], v[2, 5, 3], w[3] -2..-0.1, u[3], start[2, 3, 3] 0.1..1"}},
  };
}

}  // namespace dlt::api
