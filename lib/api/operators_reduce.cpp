#include "api/families.h"
#include "ops/reduce.h"

namespace dlt::api {
namespace {

constexpr std::int64_t axes = 64;

struct Over {
  ops::Dims dims;
  ops::Keep keep = ops::Keep::no;
};

// "dim", a list or one integer, none meaning all; "keepdim".
Over read_over(config::Reader& r) {
  Over over;
  bool keep = false;
  r.field("dim", over.dims, -axes, axes);
  r.field("keepdim", keep);
  over.keep = keep ? ops::Keep::yes : ops::Keep::no;
  return over;
}

template <Tensor (*f)(const Tensor&, const ops::Dims&, ops::Keep)>
Call reduction(config::Reader& r) {
  return
      [over = read_over(r)](const Inputs& in) { return Outputs{f(in["x"], over.dims, over.keep)}; };
}

Call var(config::Reader& r) {
  double correction = 1;
  r.field("correction", correction, -1e9, 1e9);
  return [correction, over = read_over(r)](const Inputs& in) {
    return Outputs{ops::var(in["x"], over.dims, correction, over.keep)};
  };
}

std::int64_t read_axis(config::Reader& r) {
  std::int64_t dim = -1;
  r.need("dim", "an integer");
  r.field("dim", dim, -axes, axes);
  return dim;
}

template <Tensor (*f)(const Tensor&, std::int64_t)>
Call scan(config::Reader& r) {
  return [dim = read_axis(r)](const Inputs& in) { return Outputs{f(in["x"], dim)}; };
}

Call argmax(config::Reader& r) {
  bool keep = false;
  r.field("keepdim", keep);
  return [dim = read_axis(r), keep](const Inputs& in) {
    return Outputs{ops::argmax(in["x"], dim, keep ? ops::Keep::yes : ops::Keep::no)};
  };
}

Call topk(config::Reader& r) {
  std::int64_t k = 1, dim = -1;
  bool largest = true;
  r.need("k", "an integer");
  r.field("k", k, 0, INT32_MAX);
  r.field("dim", dim, -axes, axes);
  r.field("largest", largest);
  return [=](const Inputs& in) {
    auto top = ops::topk(in["x"], k, dim, largest);
    return Outputs{top.values, top.indices};
  };
}

Call sort(config::Reader& r) {
  std::int64_t dim = -1;
  bool descending = false;
  r.field("dim", dim, -axes, axes);
  r.field("descending", descending);
  return [=](const Inputs& in) {
    auto sorted = ops::sort(in["x"], dim, descending);
    return Outputs{sorted.values, sorted.indices};
  };
}

}  // namespace

Entries reduce_operators() {
  constexpr std::string_view one = "x -> y", cube = "x[3, 4, 5]", apart = "x[2, 3, 4] -9..9";
  constexpr std::string_view outer = R"({"dim": [0, 2]})", middle = R"({"dim": 1})";
  constexpr std::string_view kept = R"({"dim": [1], "keepdim": true})";
  return {
      {{"math.sum", "sum", "math.reduce_sum", "reduce_sum"},
       "sum over some axes, or all",
       {one, reduction<ops::sum>, outer, cube}},
      {{"math.mean", "mean", "math.reduce_mean", "reduce_mean"},
       "mean over some axes, or all",
       {one, reduction<ops::mean>, outer, cube}},
      {{"math.amax", "amax", "math.reduce_max", "reduce_max"},
       "maximum over some axes, or all; equals share the gradient",
       {one, reduction<ops::amax>, outer, apart}},
      {{"math.amin", "amin", "math.reduce_min", "reduce_min"},
       "minimum over some axes, or all; equals share the gradient",
       {one, reduction<ops::amin>, kept, apart}},
      {{"math.logsumexp", "logsumexp", "math.reduce_logsumexp", "reduce_logsumexp"},
       "logarithm of the sum of exponentials over some axes, or all",
       {one, reduction<ops::logsumexp>, outer, cube}},
      {{"math.prod", "prod", "math.reduce_prod", "reduce_prod"},
       "product over some axes, or all",
       {one, reduction<ops::prod>, kept, cube}},
      {{"math.var", "var", "math.reduce_variance", "reduce_variance"},
       "variance over some axes, or all; the divisor is the count minus correction",
       {one, var, R"({"dim": [0, 2], "correction": 0})", cube}},
      {{"math.cumsum", "cumsum"},
       "sums of the first elements",
       {one, scan<ops::cumsum>, middle, cube}},
      {{"math.cumprod", "cumprod"},
       "products of the first elements",
       {one, scan<ops::cumprod>, middle, cube}},
      {{"math.argmax", "argmax"},
       "where the maximum is along an axis; the first of equals",
       {"x -> y:int", argmax, middle, cube}},
      {{"math.topk", "topk", "math.top_k", "top_k"},
       "the k largest (or smallest) along an axis, and where they are",
       {"x -> values, indices:int", topk, R"({"k": 2, "dim": 1})", "x[2, 5, 3] -9..9"}},
      {{"math.sort", "sort"},
       "sorted along an axis, and where each was",
       {"x -> values, indices:int", sort, R"({"dim": 1, "descending": true})", "x[2, 5, 3] -9..9"}},
  };
}

}  // namespace dlt::api
