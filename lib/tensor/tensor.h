#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/real.h"
#include "tensor/shape.h"

namespace dlt {

namespace autograd {
struct Node;
}

// A 64-byte aligned block of reals; freed blocks are kept and handed out again (see storage.cpp).
class Storage {
 public:
  explicit Storage(std::int64_t size);  // uninitialized
  Storage(real* data, std::shared_ptr<const void> owner);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  real* data() { return data_; }
  const real* data() const { return data_; }

  static std::int64_t peak_bytes();  // the most that was in use at one time
  static void reset_peak();
  static std::int64_t kept_bytes();  // of freed blocks that wait for another use

 private:
  real* data_;
  std::size_t bytes_ = 0;
  std::shared_ptr<const void> owner_;  // of a block that is not ours
};

// A handle to a row-major array of reals, always contiguous. Copying the handle shares the array;
// clone() copies the array. A Tensor that needs a gradient also knows how it was made (node).
class Tensor {
 public:
  Tensor() = default;  // undefined: no array at all
  static Tensor uninitialized(Shape shape);
  static Tensor zeros(Shape shape);
  static Tensor filled(Shape shape, real value);
  static Tensor from(Shape shape, std::span<const real> values);
  // Over an array that `owner` keeps in place: a mapped file.
  static Tensor over(Shape shape, real* data, std::shared_ptr<const void> owner);
  static Tensor from(Shape shape, std::initializer_list<real> values) {
    return from(std::move(shape), std::span<const real>(values.begin(), values.size()));
  }

  bool defined() const { return body_ != nullptr; }
  const Shape& shape() const { return body_->shape; }
  std::int64_t dim(int axis) const { return shape().dim(axis); }
  std::int64_t size() const { return shape().size(); }
  const real* data() const { return body_->storage->data(); }
  const real* data_or_null() const { return body_ ? data() : nullptr; }  // null if undefined
  real* mutable_data() { return body_->storage->data(); }
  std::span<const real> values() const { return {data(), static_cast<std::size_t>(size())}; }
  real item() const;

  Tensor reshape(Shape shape) const;  // same array, no gradient; see ops::reshape
  Tensor detach() const { return body_ ? reshape(shape()) : Tensor(); }
  Tensor clone() const;

  bool needs_grad() const { return body_ && body_->needs_grad; }
  Tensor& set_needs_grad();
  bool has_grad() const { return body_ && body_->grad; }
  Tensor grad() const;  // shares the gradient's array; an Error if backward() never reached it
  void zero_grad();

  // For lib/autograd only.
  struct Body {
    Shape shape;
    std::shared_ptr<Storage> storage;
    std::shared_ptr<autograd::Node> node;  // null for leaves
    std::shared_ptr<Storage> grad;         // same size as storage, once something flowed here
    bool needs_grad = false;
    Body();
    ~Body();
  };
  const std::shared_ptr<Body>& body() const { return body_; }
  static Tensor without_array(Shape shape);  // only a place for a gradient
  static std::int64_t live();                // arrays in memory: tests check that ops leak none

 private:
  static Tensor around(Shape shape, std::shared_ptr<Storage> storage);
  std::shared_ptr<Body> body_;
};

// A handle to int32 values: token ids, class labels, positions. Never has a gradient.
class Indices {
 public:
  Indices() : Indices(Shape{0}, {}) {}
  Indices(Shape shape, std::vector<std::int32_t> values);
  const Shape& shape() const { return shape_; }
  std::int64_t size() const { return shape_.size(); }
  const std::int32_t* data() const { return values_->data(); }
  const std::vector<std::int32_t>& values() const { return *values_; }

 private:
  Shape shape_;
  std::shared_ptr<const std::vector<std::int32_t>> values_;
};

}  // namespace dlt
