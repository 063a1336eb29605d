// The one include for a file of Highway kernels. Before it, such a file defines HWY_TARGET_INCLUDE
// as its own path; it is then compiled once for each instruction set (see Highway's
// foreach_target.h), and this header with it, hence no include guard. An -inl.h of kernels includes
// this before its own guard.
//
// Left out are instruction sets which add only compile time to arithmetic on floats (SSSE3, SSE4,
// the AVX-512 variants) or whose vectors have no fixed size and so cannot be kept in arrays (SVE;
// such machines run NEON).
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif

// clang-format off: the order matters
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on
