#include "api/families.h"
#include "ops/matmul.h"

namespace dlt::api {
namespace {

Call linear(config::Reader&) {
  return [](const Inputs& in) {
    return Outputs{ops::linear(in["x"], in["weight"], in.optional("bias"))};
  };
}

}  // namespace

Entries matmul_operators() {
  return {
      {{"math.matmul", "matmul"},
       "matrix product; leading axes broadcast, vectors are a row on the left, a column on the "
       "right",
       {"a, b -> y", binary<ops::matmul>, "{}", "a[2, 1, 3, 5], b[3, 5, 4]"}},
      {{"nn.linear", "linear"},
       "x times weight transposed, plus bias",
       {"x, weight, bias? -> y", linear, "{}", "x[2, 3, 5], weight[4, 5], bias[4]"}},
  };
}

}  // namespace dlt::api
