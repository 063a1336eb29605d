#include "tensor/tensor.h"

#include <algorithm>
#include <atomic>

#include "base/error.h"

namespace dlt {
namespace {

std::atomic<std::int64_t> live_bodies = 0;

}  // namespace

Tensor::Body::Body() { ++live_bodies; }

// A graph that backward() never walked is freed here, op by op: freeing it by recursion would
// overflow the stack on a deep one.
Tensor::Body::~Body() {
  --live_bodies;
  if (node == nullptr) return;
  static thread_local std::vector<std::shared_ptr<autograd::Node>> dead;
  static thread_local bool freeing = false;
  dead.push_back(std::move(node));
  if (freeing) return;
  freeing = true;
  while (!dead.empty()) {
    const auto last = std::move(dead.back());
    dead.pop_back();
  }
  freeing = false;
}

std::int64_t Tensor::live() { return live_bodies; }

Tensor Tensor::around(Shape shape, std::shared_ptr<Storage> storage) {
  Tensor t;
  t.body_ = std::make_shared<Body>();
  t.body_->shape = std::move(shape);
  t.body_->storage = std::move(storage);
  return t;
}

Tensor Tensor::uninitialized(Shape shape) {
  const std::int64_t n = shape.size();
  return around(std::move(shape), std::make_shared<Storage>(n));
}

Tensor Tensor::over(Shape shape, real* data, std::shared_ptr<const void> owner) {
  return around(std::move(shape), std::make_shared<Storage>(data, std::move(owner)));
}

Tensor Tensor::without_array(Shape shape) { return around(std::move(shape), nullptr); }

Tensor Tensor::filled(Shape shape, real value) {
  Tensor t = uninitialized(std::move(shape));
  std::fill_n(t.mutable_data(), t.size(), value);
  return t;
}

Tensor Tensor::zeros(Shape shape) { return filled(std::move(shape), 0); }

Tensor Tensor::from(Shape shape, std::span<const real> values) {
  require(shape.size() == static_cast<std::int64_t>(values.size()),
          "{} values do not fill shape {}", values.size(), shape);
  Tensor t = uninitialized(std::move(shape));
  std::ranges::copy(values, t.mutable_data());
  return t;
}

Tensor Tensor::clone() const { return from(shape(), values()); }

Tensor Tensor::reshape(Shape shape) const {
  require(shape.size() == size(), "cannot reshape {} to {}", this->shape(), shape);
  return around(std::move(shape), body_->storage);
}

real Tensor::item() const {
  require(size() == 1, "item() needs one element, not shape {}", shape());
  return data()[0];
}

Tensor& Tensor::set_needs_grad() {
  body_->needs_grad = true;
  return *this;
}

Tensor Tensor::grad() const {
  require(body_->grad != nullptr, "no gradient here: backward() did not reach shape {}", shape());
  return around(shape(), body_->grad);
}

void Tensor::zero_grad() { body_->grad.reset(); }

Indices::Indices(Shape shape, std::vector<std::int32_t> values)
    : shape_(std::move(shape)),
      values_(std::make_shared<const std::vector<std::int32_t>>(std::move(values))) {
  require(shape_.size() == static_cast<std::int64_t>(values_->size()),
          "{} indices do not fill shape {}", values_->size(), shape_);
}

}  // namespace dlt
