#pragma once

#include "kernels/simd_targets.h"

namespace dlt::kernels {

// Calls f once for every instruction set that this processor has and kernels are compiled for.
template <class F>
void on_every_target(const F& f) {
  const auto use = [](std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  };
  for (std::int64_t left = hwy::SupportedTargets() & (HWY_TARGETS); left != 0; left &= left - 1) {
    use(left & -left);
    f(hwy::TargetName(left & -left));
  }
  use(0);
}

}  // namespace dlt::kernels
