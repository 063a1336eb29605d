#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "kernels/optim.h"

// How each optimizer moves one tensor. All compute what torch.optim computes, with its defaults.
namespace dlt::optim {

// Changes one tensor with the rate and decay that hold for it.
using Update = std::function<void(const kernels::OptimArrays&, double lr, double weight_decay)>;

// An array kept for every tensor: "m" is "m.<parameter>" in checkpoints.
struct Slot {
  std::string_view name;
  double start = 0;
  bool used = true;  // others are null for the kernel
};

struct Rule {
  std::vector<Slot> slots;  // in the kernel's order, three at most
  // What step t (1, 2, ...) does; a pure function, so that nothing but the slots needs saving.
  std::function<Update(std::int64_t t, double grad_scale)> at;
};

struct RuleKind {
  Rule (*read)(config::Reader& r);  // the fields of its own
  double lr, weight_decay;          // its defaults
  bool operator==(const RuleKind&) const = default;
};

const Registry<RuleKind>& optimizers();

}  // namespace dlt::optim
