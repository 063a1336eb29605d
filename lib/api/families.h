#pragma once

#include <utility>

#include "api/operator.h"

// The rows of operators(), one file a family.
namespace dlt::api {

Entries elementwise_operators();
Entries reduce_operators();
Entries shape_operators();
Entries matmul_operators();
Entries norm_operators();
Entries loss_operators();
Entries conv_operators();
Entries pool_operators();
Entries attention_operators();
Entries recurrent_operators();
Entries box_operators();

// For rows that read no attributes: y = f(x), f(a, b).
template <Tensor (*f)(const Tensor&)>
Call unary(config::Reader&) {
  return [](const Inputs& in) { return Outputs{f(in["x"])}; };
}
template <Tensor (*f)(const Tensor&, const Tensor&)>
Call binary(config::Reader&) {
  return [](const Inputs& in) { return Outputs{f(in["a"], in["b"])}; };
}

}  // namespace dlt::api
