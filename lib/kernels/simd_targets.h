#pragma once

// Which instruction sets kernels are compiled for. Left out are those which add only compile time
// to arithmetic on floats (SSSE3, SSE4, the AVX-512 variants), or whose vectors have no fixed size
// and so cannot be kept in arrays (SVE; such machines run NEON).
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

#include <hwy/targets.h>
