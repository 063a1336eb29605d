// The one include for a file of Highway kernels. Before it, such a file defines HWY_TARGET_INCLUDE
// as its own path; it is then compiled once for each instruction set (see Highway's
// foreach_target.h), and this header with it, hence no include guard. An -inl.h of kernels includes
// this before its own guard.

// The order matters:
// clang-format off
#include "kernels/simd_targets.h"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on
