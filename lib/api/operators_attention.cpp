#include "api/families.h"
#include "ops/attention.h"

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
  };
}

}  // namespace dlt::api
