#include "nn/params.h"

#include <algorithm>

#include "base/error.h"
#include "base/system.h"

namespace dlt::nn {
namespace {

template <class Draw>
Init drawn(Draw draw) {
  return [draw](Tensor& t, Rng& rng) {
    std::generate_n(t.mutable_data(), t.size(), [&] { return static_cast<real>(draw(rng)); });
  };
}

Init constant(real value) {
  return [value](Tensor& t, Rng&) { std::fill_n(t.mutable_data(), t.size(), value); };
}

// Said before the memory is asked for, which the system may give and then take back with the
// process.
void check_fits(const std::string& name, const Shape& shape) {
  double bytes = sizeof(real);
  for (std::int64_t n : shape.dims()) bytes *= static_cast<double>(n);
  const auto machine = static_cast<double>(memory_bytes());
  require(bytes <= machine, "parameter '{}' {} takes {:.3g} GB, this machine has {:.3g} GB", name,
          shape, bytes / 1e9, machine / 1e9);
}

}  // namespace

Init zeros() { return constant(0); }
Init ones() { return constant(1); }

Init uniform(double bound) {
  return drawn([bound](Rng& rng) { return rng.uniform(-bound, bound); });
}

Init normal(double deviation) {
  return drawn([deviation](Rng& rng) { return deviation * rng.normal(); });
}

Tensor Params::add(const std::string& name, Shape shape, const Init& init) {
  if (filled_ == Filled::yes) check_fits(name, shape);
  Tensor t = Tensor::uninitialized(std::move(shape));
  if (filled_ == Filled::yes) {
    Rng rng(derive(seed_, name));
    init(t, rng);
  }
  const bool added = tensors_.emplace(name, t).second;
  require(added, "parameter '{}' is made twice", name);
  names_.push_back(name);
  return t;
}

Tensor Params::create(const std::string& name, Shape shape, const Init& init,
                      const Tuning& tuning) {
  Tensor t = add(name, std::move(shape), init);
  if (tuning != Tuning()) tunings_.emplace(name, tuning);
  count_ += t.size();
  return t.set_needs_grad();
}

Tensor Params::create_buffer(const std::string& name, Shape shape, const Init& init) {
  return add(name, std::move(shape), init);
}

void Params::load(const StateDict& from) {
  for (const auto& [name, t] : tensors_) {
    const auto it = from.find(name);
    require(it != from.end(), Exit::damaged, "the checkpoint has no '{}' {}", name, t.shape());
    require(it->second.shape() == t.shape(), Exit::damaged,
            "'{}' is {} in the checkpoint, {} in the model", name, it->second.shape(), t.shape());
  }
  for (const auto& [name, t] : from) {
    require(tensors_.contains(name), Exit::damaged, "the checkpoint has '{}' {}, the model has not",
            name, t.shape());
  }
  for (auto& [name, t] : tensors_) {
    std::copy_n(from.at(name).data(), t.size(), t.mutable_data());
  }
}

void Params::zero_grad() {
  for (auto& [name, t] : tensors_) t.zero_grad();
}

Tuning Params::tuning(const std::string& name) const {
  const auto it = tunings_.find(name);
  return it == tunings_.end() ? Tuning() : it->second;
}

StateDict Params::grads() const {
  StateDict all;
  for (const auto& [name, t] : tensors_) {
    if (t.has_grad()) all.emplace(name, t.grad());
  }
  return all;
}

Scope Scope::operator/(std::string_view name) const {
  Scope inner = *this;
  inner.label_.clear();
  inner.path_ += (path_.empty() ? "" : ".") + std::string(name);
  return inner;
}

Tensor Scope::param(std::string_view name, Shape shape, const Init& init,
                    const Tuning& tuning) const {
  return params_->create((*this / name).path_, std::move(shape), init, tuning);
}

Tensor Scope::buffer(std::string_view name, Shape shape, const Init& init) const {
  return params_->create_buffer((*this / name).path_, std::move(shape), init);
}

Scope Scope::labelled(std::string_view label) const {
  Scope same = *this;
  same.label_ = fmt::format("{} ({})", path_, label);
  return same;
}

}  // namespace dlt::nn
