#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace dlt::autograd {

// Where a backward function puts the gradients of its op's inputs. Gradients add up, whatever way
// they come; all calls are valid only if wants(i). Inputs that are undefined are not wanted.
class InputGrads {
 public:
  explicit InputGrads(std::vector<Tensor>& inputs) : inputs_(inputs) {}

  bool wants(std::size_t i) const { return inputs_[i].needs_grad(); }
  real* operator[](std::size_t i);  // add into this; zeroed on first use
  real* if_wanted(std::size_t i) { return wants(i) ? (*this)[i] : nullptr; }

  // For kernels that can overwrite: saves zeroing an array only to add to it.
  struct Slot {
    real* data;       // uninitialized unless accumulate
    bool accumulate;  // whether to add to what is there
  };
  Slot slot(std::size_t i);

  // The gradient is this very array (same size): shared while nobody else adds to it.
  void share(std::size_t i, const Tensor& gradient);

 private:
  std::vector<Tensor>& inputs_;
};

using Backward = std::function<void(const Tensor& dy, InputGrads& dx)>;

// One op that was applied during the forward pass.
struct Node {
  std::string_view op;  // a string literal: "softmax"
  std::uint64_t order;  // grows with every op, so larger means later
  std::vector<Tensor> inputs;
  Backward backward;
};

// Attaches `backward` to y, if gradients are on and some input needs one. The closure must hold
// only detached tensors; holding y itself would be a cycle (the op table test catches that).
Tensor record(std::string_view op, Tensor y, std::vector<Tensor> inputs, Backward backward);

// The same for an op with several results: dys[i] is the gradient of ys[i], zero where none came.
using BackwardOfAll = std::function<void(const std::vector<Tensor>& dys, InputGrads& dx)>;
std::vector<Tensor> record(std::string_view op, std::vector<Tensor> ys, std::vector<Tensor> inputs,
                           BackwardOfAll backward);

// Whether record() would keep the way back of an op with these inputs.
bool records(const std::vector<Tensor>& inputs);

// Adds d loss / d leaf into every leaf that needs it, and frees the graph as it goes. The loss is a
// scalar; for any other y give the vector dy, of y's shape, that the Jacobian is multiplied with.
void backward(const Tensor& loss);
void backward(const Tensor& y, const Tensor& dy);
void backward(const std::vector<Tensor>& ys, const std::vector<Tensor>& dys);

// While one is alive, record() keeps nothing.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

// While one is alive, the first op whose result or input gradient is not finite is an Error
// (Exit::diverged) that names the op and the layer around it.
class CheckFinite {
 public:
  CheckFinite();
  ~CheckFinite();
  CheckFinite(const CheckFinite&) = delete;
  CheckFinite& operator=(const CheckFinite&) = delete;

 private:
  bool before_;
};

bool all_finite(const Tensor& t);

}  // namespace dlt::autograd
