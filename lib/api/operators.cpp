#include "api/families.h"

namespace dlt::api {

const Registry<Operator>& operators() {
  static const Registry<Operator> all = [] {
    Entries rows;
    for (const auto family :
         {elementwise_operators, reduce_operators, shape_operators, matmul_operators,
          norm_operators, loss_operators, conv_operators, pool_operators, attention_operators,
          recurrent_operators, box_operators}) {
      for (auto& row : family()) rows.push_back(std::move(row));
    }
    return Registry<Operator>("operator", std::move(rows),
                              {"math", "array", "nn", "loss", "vision"});
  }();
  return all;
}

}  // namespace dlt::api
