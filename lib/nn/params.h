#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "tensor/tensor.h"

namespace dlt::nn {

using Init = std::function<void(Tensor&, Rng&)>;
Init zeros();
Init ones();
Init uniform(double bound);
Init normal(double deviation);

// How a parameter wants to be learned where the config does not say (optim/groups.h).
struct Tuning {
  double lr_scale = 1;  // of the rate
  bool decays = true;   // vectors never do
  bool operator==(const Tuning&) const = default;
};

using StateDict = std::map<std::string, Tensor>;  // dotted name -> array, sorted

// All parameters of one model by dotted name, and its buffers: arrays that are saved and loaded but
// never optimized, such as running statistics; they need no gradient. This IS the checkpoint, and
// what optimizers walk. Every array draws its start from (seed, name), so adding one does not
// disturb the others.
class Params {
 public:
  explicit Params(std::uint64_t seed) : seed_(seed) {}
  static Params blank() { return Params(0, Filled::no); }  // for load(): nothing is initialized
  Params(Params&&) = default;
  Params(const Params&) = delete;
  Params& operator=(const Params&) = delete;

  Tensor create(const std::string& name, Shape shape, const Init& init, const Tuning& tuning = {});
  Tensor create_buffer(const std::string& name, Shape shape, const Init& init);
  const StateDict& all() const { return tensors_; }                 // parameters and buffers
  const std::vector<std::string>& names() const { return names_; }  // of all, as they were made
  void load(const StateDict& from);  // every name and shape must match, or nothing changes
  void zero_grad();
  Tuning tuning(const std::string& name) const;
  StateDict grads() const;                       // of the parameters that have one
  std::int64_t count() const { return count_; }  // of numbers in parameters, not in buffers

 private:
  enum class Filled { no, yes };
  Params(std::uint64_t seed, Filled filled) : seed_(seed), filled_(filled) {}

  Tensor add(const std::string& name, Shape shape, const Init& init);

  StateDict tensors_;
  std::map<std::string, Tuning> tunings_;  // that are not the usual one
  std::int64_t count_ = 0;
  std::vector<std::string> names_;
  std::uint64_t seed_;
  Filled filled_ = Filled::yes;
};

// A place in a model: where a layer makes its parameters. Scope is to Params what a directory is
// to a file system.
class Scope {
 public:
  explicit Scope(Params& params) : params_(&params) {}
  Scope operator/(std::string_view name) const;
  Scope operator/(std::int64_t index) const { return *this / std::to_string(index); }
  Tensor param(std::string_view name, Shape shape, const Init& init,
               const Tuning& tuning = {}) const;
  Tensor buffer(std::string_view name, Shape shape, const Init& init) const;
  // The same place, called "3 (layers.linear)" in messages.
  Scope labelled(std::string_view label) const;
  const std::string& path() const { return label_.empty() ? path_ : label_; }  // for messages

 private:
  Params* params_;
  std::string path_;
  std::string label_;
};

}  // namespace dlt::nn
