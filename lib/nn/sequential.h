#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nn/context.h"
#include "ops/pool.h"

namespace dlt::nn {

// What one pass through a chain of layers carries along beside the data.
struct Pass {
  Training* training = nullptr;  // none in evaluation

  struct Pooled {
    Indices indices;
    ops::Pool pool;
    ops::Pair size;  // of what went in
  };
  std::vector<Pooled> pooled;  // by max pools that keep their places; an unpool takes the last
};

// A layer of any kind.
using Stage = std::function<Tensor(const Tensor& x, Pass& pass)>;

// One layer after another.
class Sequential {
 public:
  // `label` names it in messages: "3 (layers.linear)".
  void add(std::string label, Stage stage);
  Tensor operator()(const Tensor& x, Training* training = nullptr) const;
  std::int64_t size() const { return std::ssize(stages_); }

 private:
  struct Labelled {
    std::string label;
    Stage run;
  };
  std::vector<Labelled> stages_;
};

}  // namespace dlt::nn
